import { createDataFolder } from '../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../edge-agent/src/models/disk-model-store.js'
import { DiskMetadataStore } from '../../edge-agent/src/state/disk-metadata-store.js'
import { DiskStateStore } from '../../edge-agent/src/state/disk-state-store.js'
import { InProcessInference } from '../support/in-process-inference.js'
import { ManualClock } from '../support/manual-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { describeContract } from './describe-contract.js'
import { deviceAttacks } from './device-attacks.suite.js'
import { deviceBars } from './device-bars.suite.js'
import { deviceReports } from './device-reports.suite.js'

// The stores of the agent. The same cases run in Chromium on those of the web runtime.
async function openPorts() {
  const folder = await temporaryFolder()
  const layout = await createDataFolder(folder.path)
  const models = await DiskModelStore.open(layout)
  return {
    ports: {
      models,
      state: new DiskStateStore(layout),
      metadata: new DiskMetadataStore(layout),
      inference: new InProcessInference(new ManualClock()),
    },
    async [Symbol.asyncDispose]() {
      await models[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describeContract('An agent', deviceAttacks, openPorts)
describeContract('A cautious agent', deviceBars, openPorts)
describeContract('An agent that reports', deviceReports, openPorts)
