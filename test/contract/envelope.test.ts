import { describeContract } from './describe-contract.js'
import { envelopeContract, openEnvelopeSubject } from './envelope.suite.js'

describeContract('DSSE', envelopeContract, openEnvelopeSubject)
