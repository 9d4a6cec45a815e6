import { createKeyFile } from '@kedge/shared/trust/keys'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { tufSigner } from '../../support/memory-trust.js'
import type { TrustScene } from '../trust-scene.js'
import { delay, type Delay } from './attack-kinds.js'

const renew = ({ fleet: { trust } }: TrustScene) => trust.renew()

/** Puts what the publisher has signed back in its place. */
const restoreTargets = ({ fleet: { trust } }: TrustScene) => {
  const document = trust.targetsOf('scale')
  return trust.put(`${document.version}.model.scale.json`, document, [trust.publisher])
}

const atTimestamp = { file: 'timestamp.json', heal: renew }
const atTargets = { file: 'model.scale.json', heal: restoreTargets }

/** S2 by whoever owns the broker, or the keys that are on the server. */
const attacks: Delay[] = [
  {
    name: 'S2 arbitrary software, signed by a stranger',
    code: 'signature-invalid',
    ...atTargets,
    strike: async ({ fleet: { trust } }) => {
      const stranger = await tufSigner(await createKeyFile('stranger'))
      const document = trust.targetsOf('scale')
      await trust.put(`${document.version}.model.scale.json`, document, [stranger])
    },
  },
  {
    name: 'S2 rollback of the timestamp',
    code: 'metadata-rollback',
    ...atTimestamp,
    strike: ({ fleet: { trust } }) => trust.putTimestamp({ version: 1 }),
  },
  {
    name: 'S2 freeze',
    code: 'metadata-expired',
    ...atTimestamp,
    strike: async ({ fleet: { trust, clock } }) => {
      const expires = new Date(clock.now() - 1_000).toISOString().slice(0, 19)
      await trust.putTimestamp({ expires: `${expires}Z` })
    },
  },
  {
    name: 'S2 fast-forward of the timestamp, until a root takes the stolen key away',
    code: 'metadata-rollback',
    file: 'timestamp.json',
    strike: async (scene) => {
      const { trust, clock } = scene.fleet
      const before = await scene.metadata('timestamp.json')
      await trust.putTimestamp({ version: 2 ** 40 })
      // Metadata is refreshed once an hour.
      await clock.advance(3_700_000)
      const isTaken = async () => String(await scene.metadata('timestamp.json')) !== String(before)
      await scene.until(isTaken, 'the number far ahead')
      await trust.renew()
    },
    heal: async (scene, release) => {
      const { trust } = scene.fleet
      await trust.rotate({ timestampKey: await tufSigner(await createKeyFile('timestamp')) })
      await trust.renew()
      await scene.desire(release)
    },
  },
  {
    name: 'S2 mix-and-match of files that do not belong together',
    code: 'metadata-mixed',
    ...atTargets,
    strike: async ({ fleet: { trust } }) => {
      const document = trust.targetsOf('scale')
      const old = { ...document, version: document.version - 1 }
      await trust.put(`${document.version}.model.scale.json`, old, [trust.publisher])
    },
  },
  {
    name: 'S2 drop of metadata',
    code: 'metadata-missing',
    ...atTimestamp,
    strike: ({ fleet: { trust } }) => void trust.withhold('timestamp.json'),
  },
  {
    name: 'S2 endless metadata',
    code: 'metadata-too-large',
    ...atTimestamp,
    strike: ({ fleet: { trust } }) =>
      trust.putBytes('timestamp.json', new Uint8Array(16 * 1024 + 1).fill(0x20)),
  },
  {
    name: 'S2 metadata that is none',
    code: 'metadata-invalid',
    ...atTimestamp,
    strike: ({ fleet: { trust } }) =>
      trust.putBytes('timestamp.json', encodeUtf8('{"signed":{"__proto__":{}},"signatures":[]}')),
  },
  {
    name: 'S12 a signed path that leads out of its folder',
    code: 'name-refused',
    ...atTargets,
    strike: async ({ fleet: { trust } }) => {
      const document = trust.targetsOf('scale')
      const target = Object.values(document.targets)[0]!
      const targets = { ...document.targets, 'models/scale/../../../etc/release.json': target }
      await trust.put(`${document.version}.model.scale.json`, { ...document, targets }, [
        trust.publisher,
      ])
    },
  },
]

export const metadataCases = attacks.map(delay)
