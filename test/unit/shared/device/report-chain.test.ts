import { expect, it } from 'vitest'
import { ReportChain } from '@kedge/shared/device/report-chain'
import { reportCodec } from '@kedge/shared/protocol/report'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope } from '@kedge/shared/trust/dsse'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { webSha256 } from '@kedge/shared/util/sha256'
import { stateOf } from '../../../support/reported-state.js'

const device = 'd-1'
const { privateKey, publicKey } = await generateKeyPair(false)
const boot = () =>
  new ReportChain({ signer: { id: device, privateKey }, entropy: systemEntropy, sha256: webSha256 })

async function open(envelope: Awaited<ReturnType<ReportChain['sign']>>) {
  const trusted = [{ id: device, key: publicKey }]
  const payload = await openEnvelope(envelope, payloadTypes.report, trusted)
  return { payload, report: reportCodec.decode(payload) }
}

it('names the report before in each report of one boot, and counts them', async () => {
  const chain = boot()
  const [first, second] = [await chain.sign(stateOf(device)), await chain.sign(stateOf(device))]
  const one = await open(first)
  const two = await open(second)
  expect(one.report).toMatchObject({ device, reportSeq: 1 })
  expect(one.report).not.toHaveProperty('prevHash')
  expect(two.report).toMatchObject({
    bootId: one.report.bootId,
    reportSeq: 2,
    prevHash: await webSha256(one.payload),
  })
})

it('begins anew with another id at each start', async () => {
  const [one, two] = await Promise.all([boot(), boot()].map((b) => b.sign(stateOf(device))))
  const [a, b] = [await open(one!), await open(two!)]
  expect(a.report.bootId).not.toBe(b.report.bootId)
  expect(b.report.reportSeq).toBe(1)
})

it('is dated by the time the device trusts, whatever its own clock says', async () => {
  const clock = { offset: 1_000_000, source: 'fleet' } as const
  const { report } = await open(await boot().sign({ ...stateOf(device), at: 5, clock }))
  expect(report).toMatchObject({ at: 5, issuedAt: 1_000_005 })
})
