import type { DesiredState } from '@kedge/shared/protocol/desired-state'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { tufSigner } from '../support/memory-trust.js'
import type { Check, ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'
import { TrustScene, type TrustSubject } from './trust-scene.js'

export const day = 24 * 3_600_000
/** What the scene starts with. */
export const served = '2.0.0'

/** A desired state that must not be taken over: nothing on the disk changes, and version 2 serves on. */
const refusal = (
  name: string,
  code: string,
  change: (now: number) => Partial<DesiredState>,
): ContractCase<TrustSubject> => ({
  name: `S3: refuses a desired state ${name} as ${code}`,
  async run({ ports }, check) {
    await using scene = await TrustScene.running(ports)
    const release = await scene.release(3)
    const before = await scene.stored()
    const envelope = await scene.fleet.signDesired(
      { scale: release },
      change(scene.fleet.clock.now()),
    )
    scene.send(envelope)
    await scene.until(async () => (await scene.codes()).includes(code), code)
    check.equal(await scene.stored(), before)
    await expectServed(scene, check)
  },
})

/** An attack on what publishers have signed: the change waits, and goes on when it is mended. */
const delay = (attack: {
  name: string
  code: string
  strike: (scene: TrustScene) => Promise<void> | void
  heal: (scene: TrustScene) => Promise<void> | void
}): ContractCase<TrustSubject> => ({
  name: `S2: ${attack.name} is told as ${attack.code}, and delays a change at most`,
  async run({ ports }, check) {
    await using scene = await TrustScene.running(ports)
    const release = await scene.release(3)
    await attack.strike(scene)
    await scene.desire(release)
    await scene.until(async () => (await scene.slot()).deployment?.reason !== undefined, 'a reason')
    check.ok((await scene.codes()).includes(attack.code), `${attack.code} is reported`)
    const { deployment } = await scene.slot()
    check.equal(deployment?.state, 'resolving')
    check.equal(deployment?.reason?.code, 'trust-unready')
    await expectServed(scene, check)
    await attack.heal(scene)
    await scene.until(() => scene.runs === '3.0.0', 'the mended version')
    check.equal(await scene.codes(), [])
  },
})

/** A choice of the fleet key that the device does not follow. */
const misdirection = (choice: {
  name: string
  code: string
  choose: (scene: TrustScene) => Promise<void>
}): ContractCase<TrustSubject> => ({
  name: `S4: whoever has the fleet key cannot have ${choice.name} run: ${choice.code}`,
  async run({ ports }, check) {
    await using scene = await TrustScene.running(ports)
    await choice.choose(scene)
    await scene.until(async () => (await scene.slot()).deployment?.state === 'failed', 'a refusal')
    check.equal((await scene.slot()).deployment?.reason?.code, choice.code)
    await expectServed(scene, check)
  },
})

export async function expectServed(scene: TrustScene, check: Check): Promise<void> {
  check.equal(scene.runs, served)
  check.equal(await scene.answer(), 2)
}

const desiredCases = [
  refusal('that is older', 'sequence-stale', (now) => ({ seq: now - day })),
  refusal('for another device', 'wrong-device', () => ({ device: 'd-2' })),
  refusal('of another fleet', 'wrong-fleet', () => ({ fleet: 'f-other' })),
  refusal('that has expired', 'expired', (now) => ({ expires: now - 1 })),
  refusal('of the day after tomorrow', 'not-yet-valid', (now) => ({ issuedAt: now + 2 * day })),
  refusal('numbered 2^53', 'sequence-invalid', () => ({ seq: 2 ** 53 })),
  refusal('numbered far ahead', 'sequence-ahead', (now) => ({ seq: now + 2 * day })),
  refusal('of an older epoch', 'epoch-stale', () => ({ epoch: 0 })),
  refusal('of an epoch no root has begun', 'epoch-ahead', () => ({ epoch: 7 })),
  refusal('that asks for a root nobody has', 'metadata-missing', () => ({ minRootVersion: 9 })),
]

const metadataCases = [
  delay({
    name: 'arbitrary software, signed by a stranger',
    code: 'signature-invalid',
    strike: async ({ fleet: { trust } }) => {
      const stranger = await tufSigner(await createKeyFile('stranger'))
      const { version } = trust.targetsOf('scale')
      await trust.put(`${version}.model.scale.json`, trust.targetsOf('scale'), [stranger])
    },
    heal: async ({ fleet: { trust } }) => {
      const { version } = trust.targetsOf('scale')
      await trust.put(`${version}.model.scale.json`, trust.targetsOf('scale'), [trust.publisher])
    },
  }),
  delay({
    name: 'a rollback of the timestamp',
    code: 'metadata-rollback',
    strike: async ({ fleet: { trust } }) => trust.putTimestamp({ version: 1 }),
    heal: async ({ fleet: { trust } }) => trust.renew(),
  }),
  delay({
    name: 'a frozen timestamp',
    code: 'metadata-expired',
    strike: async ({ fleet: { trust, clock } }) => {
      const expires = new Date(clock.now() - 1_000).toISOString().slice(0, 19)
      await trust.putTimestamp({ expires: `${expires}Z` })
    },
    heal: async ({ fleet: { trust } }) => trust.renew(),
  }),
  delay({
    name: 'a mix of files that do not belong together',
    code: 'metadata-mixed',
    strike: async ({ fleet: { trust } }) => {
      const document = trust.targetsOf('scale')
      const old = { ...document, version: document.version - 1 }
      await trust.put(`${document.version}.model.scale.json`, old, [trust.publisher])
    },
    heal: async ({ fleet: { trust } }) => {
      const { version } = trust.targetsOf('scale')
      await trust.put(`${version}.model.scale.json`, trust.targetsOf('scale'), [trust.publisher])
    },
  }),
  delay({
    name: 'metadata that is dropped',
    code: 'metadata-missing',
    strike: ({ fleet: { trust } }) => void trust.withhold('timestamp.json'),
    heal: async ({ fleet: { trust } }) => trust.renew(),
  }),
  delay({
    name: 'metadata without end',
    code: 'metadata-too-large',
    strike: ({ fleet: { trust } }) =>
      trust.putBytes('timestamp.json', new Uint8Array(16 * 1024 + 1).fill(0x20)),
    heal: async ({ fleet: { trust } }) => trust.renew(),
  }),
  delay({
    name: 'metadata that is none',
    code: 'metadata-invalid',
    strike: ({ fleet: { trust } }) =>
      trust.putBytes('timestamp.json', encodeUtf8('{"signed":{"__proto__":{}},"signatures":[]}')),
    heal: async ({ fleet: { trust } }) => trust.renew(),
  }),
]

const choiceCases = [
  misdirection({
    name: 'what no publisher has signed',
    code: 'release-unknown',
    choose: async (scene) => void (await scene.desire(await scene.release(3, { unsigned: true }))),
  }),
  misdirection({
    name: 'other bytes under a signed name',
    code: 'release-mismatch',
    choose: async (scene) => {
      await scene.release(3)
      const other = await scene.release(3, { unsigned: true, golden: 4 })
      await scene.desire(other)
    },
  }),
  misdirection({
    name: 'a release of another length',
    code: 'release-mismatch',
    choose: async (scene) => {
      const signed = await scene.release(3)
      await scene.desire({ ...signed, length: signed.length + 1 })
    },
  }),
  misdirection({
    name: 'what its publisher has taken back',
    code: 'release-revoked',
    choose: async (scene) => {
      const release = await scene.release(3)
      await scene.fleet.trust.vouch(release, { counter: 2, revoked: 'it sees cats in dogs' })
      await scene.desire(release)
    },
  }),
  misdirection({
    name: 'what was revoked before, by leaving it out',
    code: 'release-revoked',
    choose: async (scene) => {
      const release = await scene.release(3)
      const running = await scene.release(2)
      await scene.applied(await scene.desire(running, { revoked: [release.sha256] }))
      await scene.desire(release, { revoked: [] })
    },
  }),
  misdirection({
    name: 'what is below a floor of before, by leaving the floor out',
    code: 'release-below-floor',
    choose: async (scene) => {
      const old = await scene.release(1, { counter: 10 })
      const running = await scene.release(2, { counter: 20 })
      await scene.applied(await scene.desire(running, { floor: { scale: 15 } }))
      await scene.desire(old, { floor: { scale: 0 } })
    },
  }),
  misdirection({
    name: 'what is made for other hardware',
    code: 'model-unsupported',
    choose: async (scene) => {
      const variants = [
        {
          name: 'tpu',
          precision: 'int8',
          providers: ['tpu'],
          requires: { opsets: { 'ai.onnx': 18 }, operators: ['Mul'] },
          file: 'model.onnx',
        },
      ]
      await scene.desire(await scene.release(3, { change: { variants } }))
    },
  }),
]

export const deviceAttacks: Contract<TrustSubject> = {
  port: 'a device that is attacked',
  cases: [...desiredCases, ...metadataCases, ...choiceCases],
}
