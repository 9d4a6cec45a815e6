import type { ReleaseRef } from '@kedge/shared/model/release'
import type { DesiredState } from '@kedge/shared/protocol/desired-state'
import type { Check, ContractCase } from '../contract.js'
import { TrustScene, type TrustSubject } from '../trust-scene.js'

export const day = 24 * 3_600_000
/** What the scene starts with. */
export const served = '2.0.0'

export async function expectServed(scene: TrustScene, check: Check): Promise<void> {
  check.equal(scene.runs, served)
  check.equal(await scene.answer(), 2)
}

export interface FalseState {
  readonly name: string
  readonly code: string
  readonly change: (now: number, inForce: number) => Partial<DesiredState>
}

/** A desired state that must not be taken over: nothing on the disk changes, and version 2 serves on. */
export const refusal = ({ name, code, change }: FalseState): ContractCase<TrustSubject> => ({
  name: `${name}: refused as ${code}`,
  async run({ ports }, check) {
    await using scene = await TrustScene.running(ports)
    await expectServed(scene, check)
    const release = await scene.release(3)
    const before = await scene.stored()
    const { seqApplied } = await scene.device.status()
    const falseState = change(scene.fleet.clock.now(), seqApplied)
    scene.send(await scene.fleet.signDesired({ scale: release }, falseState))
    await scene.until(() => scene.told().includes(code), code)
    check.equal(await scene.stored(), before)
    await expectServed(scene, check)
  },
})

export interface Delay {
  readonly name: string
  readonly code: string
  /** The stored metadata that the attack is about, if it is about any. */
  readonly file?: string
  /** Where the change waits, and why, if not for signed metadata. */
  readonly waits?: readonly [state: string, reason: string]
  readonly strike: (scene: TrustScene, release: ReleaseRef) => Promise<void> | void
  readonly heal: (scene: TrustScene, release: ReleaseRef) => Promise<unknown> | void
}

/** An attack on what publishers have signed, or on its way: the change waits until it is mended. */
export const delay = (attack: Delay): ContractCase<TrustSubject> => ({
  name: `${attack.name}: told as ${attack.code}, and delays a change at most`,
  async run({ ports }, check) {
    const { code, waits = ['resolving', 'trust-unready'] } = attack
    await using scene = await TrustScene.running(ports)
    await expectServed(scene, check)
    const release = await scene.release(3)
    await attack.strike(scene, release)
    const before = [await scene.installed(), attack.file && (await scene.metadata(attack.file))]
    await scene.desire(release)
    await scene.until(async () => (await scene.slot()).deployment?.reason !== undefined, 'a reason')
    const { deployment } = await scene.slot()
    check.equal([deployment?.state, deployment?.reason?.code], waits)
    await scene.until(() => scene.told().includes(code), code)
    const after = [await scene.installed(), attack.file && (await scene.metadata(attack.file))]
    check.equal(after, before)
    await expectServed(scene, check)
    await attack.heal(scene, release)
    await scene.until(() => scene.runs === '3.0.0', 'the mended version')
    await scene.until(() => scene.told().length === 0, 'an end to the report')
  },
})

export interface Misdirection {
  readonly name: string
  readonly code: string
  readonly choose: (scene: TrustScene) => Promise<unknown>
}

/** A choice of the fleet key that the device does not follow, and leaves no trace of. */
export const misdirection = ({ name, code, choose }: Misdirection): ContractCase<TrustSubject> => ({
  name: `${name}: refused as ${code}`,
  async run({ ports }, check) {
    await using scene = await TrustScene.running(ports)
    await expectServed(scene, check)
    const models = await scene.models()
    const before = await scene.installed()
    await choose(scene)
    await scene.until(async () => (await scene.slot()).deployment?.state === 'failed', 'a refusal')
    await scene.until(() => scene.told().includes(code), code)
    check.equal(await scene.installed(), before)
    await scene.until(async () => String(await scene.models()) === String(models), 'a tidy store')
    await expectServed(scene, check)
  },
})
