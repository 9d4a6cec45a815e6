import { openTufSubject } from '../support/tuf/tuf-client.js'
import { describeContract } from './describe-contract.js'
import { tufClientContract } from './tuf-client.suite.js'

describeContract('TrustedRepository', tufClientContract, openTufSubject)
