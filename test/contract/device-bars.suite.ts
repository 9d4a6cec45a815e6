import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'
import { day, expectServed, served } from './attacks/attack-kinds.js'
import { TrustScene, type TrustSubject } from './trust-scene.js'

const cases: ContractCase<TrustSubject>[] = [
  {
    name: 'S5: what a thief of the publisher key signs is not installed without the fleet',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      await scene.release(3)
      await scene.applied(await scene.desire(await scene.release(2)))
      await scene.fleet.clock.advance(2 * 3_600_000)
      await expectServed(scene, check)
      check.equal((await scene.slot()).deployment?.release.version, served)
    },
  },
  {
    name: 'a revoked release gives way to the one before',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports, [1, 2])
      const running = (await scene.slot()).running!.release
      await scene.desire(running, { revoked: [running.sha256] })
      await scene.until(() => scene.runs === '1.0.0', 'the release before')
      check.equal(await scene.answer(), 1)
      check.ok((await scene.codes()).includes('release-revoked'), 'it is reported')
      check.equal((await scene.slot()).deployment?.state, 'failed')
      check.equal((await scene.slot()).deployment?.reason?.code, 'release-revoked')
    },
  },
  {
    name: 'a revoked release with none before it leaves nothing that serves, and says so',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      const running = (await scene.slot()).running!.release
      await scene.desire(running, { revoked: [running.sha256] })
      await scene.until(() => scene.runs === undefined, 'an end to it')
      await check.rejects(scene.answer(), 'model-not-ready')
      await scene.until(async () => (await scene.codes()).includes('release-revoked'))
      await scene.desire(await scene.release(3))
      await scene.until(() => scene.runs === '3.0.0', 'the next release')
      await scene.until(async () => (await scene.codes()).length === 0, 'an end to the report')
    },
  },
  {
    name: 'a revoked release that nobody wants any more ends too, and the reason stays',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      const { sha256 } = (await scene.slot()).running!.release
      await scene.fleet.desire({}, { revoked: [sha256] })
      await scene.until(() => scene.runs === undefined, 'an end to it')
      await scene.until(async () => (await scene.codes()).includes('release-revoked'))
      await scene.device[Symbol.asyncDispose]()
      await scene.start()
      await scene.until(async () => (await scene.codes()).includes('release-revoked'))
      check.equal((await scene.device.status()).slots, {})
      await scene.desire(await scene.release(3), { revoked: [sha256] })
      await scene.until(() => scene.runs === '3.0.0', 'the next release')
      await scene.until(async () => (await scene.codes()).length === 0, 'an end to the report')
    },
  },
  {
    name: 'a release below the floor serves on while there is nothing else, and is reported',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports, [1, 2])
      const running = (await scene.slot()).running!.release
      await scene.applied(await scene.desire(running, { floor: { scale: 21 } }))
      await scene.until(() => scene.told().includes('release-below-floor'), 'a report')
      await scene.fleet.clock.advance(10_000)
      await expectServed(scene, check)
      await scene.device[Symbol.asyncDispose]()
      await scene.start()
      await scene.until(() => scene.runs === served, 'the same after a restart')
      check.equal(await scene.codes(), ['release-below-floor'])
      await scene.desire(await scene.release(3, { counter: 30 }), { floor: { scale: 21 } })
      await scene.until(() => scene.runs === '3.0.0', 'the next release')
      await scene.until(async () => (await scene.codes()).length === 0, 'an end to the report')
    },
  },
  {
    name: 'a release below the floor gives way to the one before when that is above',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports, [3, 2])
      const running = (await scene.slot()).running!.release
      await scene.desire(running, { floor: { scale: 25 } })
      await scene.until(() => scene.runs === '3.0.0', 'the release before')
      check.ok((await scene.codes()).includes('release-below-floor'), 'it is reported')
      check.equal((await scene.slot()).deployment?.reason?.code, 'release-below-floor')
    },
  },
  {
    name: 'after a revocation the one before serves though it is below the floor, and is reported',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports, [1, 2])
      const running = (await scene.slot()).running!.release
      await scene.desire(running, { revoked: [running.sha256], floor: { scale: 15 } })
      await scene.until(() => scene.runs === '1.0.0', 'the release before')
      check.equal(await scene.codes(), ['release-revoked', 'release-below-floor'])
    },
  },
  {
    name: 'what its publisher takes back ends within an hour, also when the fleet says nothing',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports, [1, 2])
      const running = (await scene.slot()).running!.release
      await scene.fleet.trust.vouch(running, { counter: 20, revoked: 'it was poisoned' })
      await scene.fleet.clock.advance(3_700_000)
      await scene.until(() => scene.runs === '1.0.0', 'the release before')
      check.ok((await scene.codes()).includes('release-revoked'), 'it is reported')
    },
  },
  {
    name: 'expiry ends no inference: what runs goes on, and the report says that it is stale',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      check.equal((await scene.device.status()).stale, false)
      scene.link.setOnline(false)
      await scene.device[Symbol.asyncDispose]()
      scene.fleet.clock.set(scene.fleet.clock.now() + 400 * day)
      await scene.start()
      await scene.until(() => scene.runs === served, 'what is stored')
      await expectServed(scene, check)
      check.equal((await scene.device.status()).stale, true)
      check.equal(await scene.codes(), ['expired', 'metadata-expired'])
      scene.link.setOnline(true)
      await scene.fleet.trust.rotate()
      await scene.fleet.trust.renewAll()
      await scene.desire(await scene.release(3))
      await scene.until(() => scene.runs === '3.0.0', 'the next release')
      await scene.until(async () => !(await scene.device.status()).stale, 'freshness')
    },
  },
  {
    name: 'a stolen fleet key is replaced by the next root, and means nothing from then on',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      const thief = await scene.fleet.signDesired({ scale: await scene.release(4) })
      await scene.fleet.replaceFleetKey()
      await scene.applied(await scene.desire(await scene.release(3)))
      await scene.until(() => scene.runs === '3.0.0', 'the release of the new key')
      check.equal((await scene.device.status()).rootVersion, 2)
      scene.send(thief)
      await scene.until(async () => (await scene.codes()).includes('signature-invalid'), 'refusal')
      check.equal(scene.runs, '3.0.0')
    },
  },
  {
    name: 'a stolen fleet key has not the last word by asking for the root that ends it',
    async run({ ports }, check) {
      await using scene = await TrustScene.running(ports)
      const wants = { scale: await scene.release(4) }
      const thief = await scene.fleet.signDesired(wants, { minRootVersion: 2 })
      await scene.fleet.replaceFleetKey()
      scene.send(thief)
      await scene.until(async () => (await scene.codes()).includes('signature-invalid'), 'refusal')
      check.equal((await scene.device.status()).rootVersion, 2)
      await expectServed(scene, check)
    },
  },
]

export const deviceBars: Contract<TrustSubject> = { port: 'a device that lets go', cases }
