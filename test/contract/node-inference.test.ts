import path from 'node:path'
import { systemClock } from '@kedge/shared/util/clock'
import { Seconds } from '@kedge/shared/util/units'
import { silentLog } from '../../edge-agent/src/config/agent-log.js'
import { ChildInferenceHost } from '../../edge-agent/src/inference/child-inference-host.js'
import { describeContract } from './describe-contract.js'
import { inferenceHostContract } from './inference-host.suite.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describeContract('ChildInferenceHost', inferenceHostContract, async () => {
  const folder = await temporaryFolder()
  const host = new ChildInferenceHost({
    folder: path.join(folder.path, 'runners'),
    clock: systemClock,
    log: silentLog,
    deadlines: { load: Seconds(30), call: Seconds(2) },
  })
  return { host, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
})
