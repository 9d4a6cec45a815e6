import { check, type ContractCase } from '../../contract/contract.js'
import { openEnvelopeSubject } from '../../contract/envelope-subject.js'
import { envelopeContract } from '../../contract/envelope.suite.js'
import { inferenceHostContract } from '../../contract/inference-host.suite.js'
import { deviceAttacks } from '../../contract/device-attacks.suite.js'
import { deviceBars } from '../../contract/device-bars.suite.js'
import { deviceReports } from '../../contract/device-reports.suite.js'
import { metadataStoreContract } from '../../contract/metadata-store.suite.js'
import { modelStoreContract } from '../../contract/model-store.suite.js'
import { stateStoreContract } from '../../contract/state-store.suite.js'
import { telemetrySpoolContract } from '../../contract/telemetry-spool.suite.js'
import { tufClientContract } from '../../contract/tuf-client.suite.js'
import { openTufSubject } from '../../support/tuf/tuf-client.js'
import './immediate.js'
import {
  openHost,
  openMetadataStore,
  openModelStore,
  openSpool,
  openStateStore,
  openTrustPorts,
} from './contract-subjects.js'

/** Runs one promise of a port on the browser's implementation; rejects when it is not kept. */
export const contracts = {
  IdbModelStore: (name: string) => run(modelStoreContract.cases, name, openModelStore),
  IdbStateStore: (name: string) => run(stateStoreContract.cases, name, openStateStore),
  IdbMetadataStore: (name: string) => run(metadataStoreContract.cases, name, openMetadataStore),
  Page: (name: string) => run(deviceAttacks.cases, name, openTrustPorts),
  CautiousPage: (name: string) => run(deviceBars.cases, name, openTrustPorts),
  ReportingPage: (name: string) => run(deviceReports.cases, name, openTrustPorts),
  IdbSpool: (name: string) => run(telemetrySpoolContract.cases, name, openSpool),
  WebInferenceHost: (name: string) => run(inferenceHostContract.cases, name, openHost),
  DSSE: (name: string) => run(envelopeContract.cases, name, openEnvelopeSubject),
  TrustedRepository: (name: string) => run(tufClientContract.cases, name, openTufSubject),
}

async function run<Subject extends AsyncDisposable>(
  cases: readonly ContractCase<Subject>[],
  name: string,
  open: () => Subject | Promise<Subject>,
): Promise<void> {
  const found = cases.find((one) => one.name === name)
  if (!found) throw new TypeError(`there is no case "${name}"`)
  await using subject = await open()
  await found.run(subject, check)
}
