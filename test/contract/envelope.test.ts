import { describeContract } from './describe-contract.js'
import { openEnvelopeSubject } from './envelope-subject.js'
import { envelopeContract } from './envelope.suite.js'

describeContract('DSSE', envelopeContract, openEnvelopeSubject)
