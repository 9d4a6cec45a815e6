import { reportCodec, type Report } from '@kedge/shared/protocol/report'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope } from '@kedge/shared/trust/dsse'
import { webSha256 } from '@kedge/shared/util/sha256'
import type { Check, ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'
import { TrustScene, type TrustSubject } from './trust-scene.js'

const cases: ContractCase<TrustSubject>[] = [
  {
    name: 'every report is signed by the key of the device, and names the one before',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      await scene.desire(await scene.release(3))
      await scene.until(() => scene.runs === '3.0.0', 'the next release')
      await scene.until(() => scene.fleet.broker.reports().length > 2, 'reports')
      await checkChain(scene, check)
    },
  },
  {
    name: 'a report says how far the own clock is off, and is dated by the time that is trusted',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      const last = scene.fleet.broker.reports().at(-1)!
      check.equal(last.clock, (await scene.device.status()).clock)
      check.equal(last.issuedAt, last.at + last.clock.offset)
    },
  },
]

async function checkChain(scene: TrustScene, check: Check): Promise<void> {
  const trusted = [{ id: 'd-1', key: scene.fleet.deviceKeys.publicKey }]
  let before: { report: Report; hash: string } | undefined
  for (const envelope of scene.fleet.broker.documents('reported')) {
    const payload = await openEnvelope(envelope, payloadTypes.report, trusted)
    const report = reportCodec.decode(payload)
    check.equal(report.device, 'd-1')
    check.equal(report.reportSeq, (before?.report.reportSeq ?? 0) + 1)
    check.equal(report.prevHash, before?.hash)
    check.equal(report.bootId, before?.report.bootId ?? report.bootId)
    before = { report, hash: await webSha256(payload) }
  }
}

export const deviceReports: Contract<TrustSubject> = {
  port: 'a device that can be believed',
  cases,
}
