import { inferenceHostContract } from '../contract/inference-host.suite.js'
import { deviceAttacks } from '../contract/device-attacks.suite.js'
import { deviceBars } from '../contract/device-bars.suite.js'
import { deviceReports } from '../contract/device-reports.suite.js'
import { metadataStoreContract } from '../contract/metadata-store.suite.js'
import { modelStoreContract } from '../contract/model-store.suite.js'
import { stateStoreContract } from '../contract/state-store.suite.js'
import { telemetrySpoolContract } from '../contract/telemetry-spool.suite.js'
import { test } from './support/rooms-test.js'
import type {} from './pages/rooms.js'

const implementations = {
  IdbModelStore: modelStoreContract,
  IdbStateStore: stateStoreContract,
  IdbSpool: telemetrySpoolContract,
  IdbMetadataStore: metadataStoreContract,
  Page: deviceAttacks,
  CautiousPage: deviceBars,
  ReportingPage: deviceReports,
  WebInferenceHost: inferenceHostContract,
} as const

for (const [implementation, { port, cases }] of Object.entries(implementations)) {
  test.describe(`${implementation} as ${port}`, () => {
    for (const { name } of cases) {
      test(name, async ({ roomsPage: page }) => {
        await page.evaluate(({ implementation, name }) => rooms.contracts[implementation](name), {
          implementation: implementation as keyof typeof implementations,
          name,
        })
      })
    }
  })
}
