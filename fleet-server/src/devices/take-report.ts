import { createHash } from 'node:crypto'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { TrustError } from '@kedge/shared/errors/trust-error'
import { reportCodec, type Report } from '@kedge/shared/protocol/report'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import type { ServerContext } from '../context.js'
import { keysInForce } from './enrolment-repository.js'
import type { ImportedKeys } from './imported-keys.js'
import { judgeReport } from './judge-report.js'
import { quarantineDevice } from './quarantine-device.js'

export interface ReportParts extends Pick<
  ServerContext,
  'accounts' | 'clock' | 'enrolments' | 'events' | 'log' | 'metrics' | 'perDevice' | 'reports'
> {
  readonly keys: ImportedKeys
}

/**
 * Keeps a report that its device has signed and that is newer than the last. Any other is counted by
 * its reason and logged, and changes nothing.
 */
export async function takeReport(
  parts: ReportParts,
  device: string,
  envelope: Envelope,
): Promise<void> {
  try {
    const opened = await openReport(parts, device, envelope)
    await parts.perDevice.run(device, () => place(parts, envelope, opened))
  } catch (error) {
    if (!(error instanceof TrustError || error instanceof DocumentError)) throw error
    const { code, message: reason } = error
    parts.metrics.reportsRefused.inc({ code })
    parts.log.warn({ device, code, reason }, 'a report does not count')
  }
}

interface OpenedReport {
  readonly report: Report
  readonly hash: string
}

/** Nothing is locked meanwhile: signatures of different devices are checked side by side. */
async function openReport(
  { clock, enrolments, keys }: ReportParts,
  device: string,
  envelope: Envelope,
): Promise<OpenedReport> {
  const credential = await enrolments.credential(device)
  if (credential === undefined) {
    throw new TrustError('signature-invalid', `no key of ${device} is registered`)
  }
  const inForce = keysInForce(credential, clock.now())
  const trusted = await Promise.all(inForce.map((key) => keys.import({ id: device, key })))
  const payload = await openEnvelope(envelope, payloadTypes.report, trusted)
  const report = reportCodec.decode(payload)
  if (report.device !== device) {
    throw new TrustError('wrong-device', `it says that it is of ${report.device}`)
  }
  return { report, hash: createHash('sha256').update(payload).digest('hex') }
}

async function place(
  parts: ReportParts,
  envelope: Envelope,
  { report, hash }: OpenedReport,
): Promise<void> {
  const { clock, reports } = parts
  const { device } = report
  const standing = await reports.standing(device)
  // Revoked since its signature was checked.
  if (standing === undefined) return
  if (standing.quarantinedAt !== null) throw new TrustError('device-cloned', 'it is quarantined')
  const receivedAt = clock.now()
  const verdict = judgeReport(standing.chain, { ...report, hash, receivedAt })
  switch (verdict.kind) {
    case 'next': {
      const { chain } = verdict
      if (await reports.keep(device, { report, envelope, chain }, receivedAt)) tell(parts, report)
      return
    }
    case 'known':
      return
    case 'stale':
      throw new TrustError('sequence-stale', `report ${report.reportSeq} of an earlier time`)
    case 'cloned':
      await quarantineDevice(parts, device, verdict.says)
      throw new TrustError('device-cloned', verdict.says)
  }
}

function tell({ events }: ReportParts, { device, slots }: Report): void {
  events.emit('device', device)
  for (const { deployment } of Object.values(slots)) {
    if (deployment) events.emit('rollout', deployment.rollout)
  }
}
