import type { ReportedState } from '@kedge/shared/protocol/reported-state'
import type { CountedReport } from '../../fleet-server/src/devices/report-repository.js'
import { stateOf } from './reported-state.js'

const bootId = '00000000-0000-4000-8000-000000000000'

/** A report as it is kept once it counts. */
export const countedReport = (device: string, slots: ReportedState['slots']): CountedReport => ({
  report: { ...stateOf(device, { slots }), bootId, reportSeq: 1, issuedAt: 1 },
  envelope: { payloadType: 'p', payload: 'e30=', signatures: [{ sig: device }] },
  chain: { boot: bootId, seq: 1, hash: '0'.repeat(64), since: 1, past: [] },
})
