import { misdirection, type Misdirection } from './attack-kinds.js'

/** S4: what a thief of the fleet key picks, without the key of a publisher. */
const choices: Misdirection[] = [
  {
    name: 'S4 an unsigned release',
    code: 'release-unknown',
    choose: async (scene) => void (await scene.desire(await scene.release(3, { unsigned: true }))),
  },
  {
    name: 'S4 other bytes under a signed name',
    code: 'release-mismatch',
    choose: async (scene) => {
      await scene.release(3)
      const other = await scene.release(3, { unsigned: true, golden: 4 })
      await scene.desire(other)
    },
  },
  {
    name: 'S4 a signed release with another length',
    code: 'release-mismatch',
    choose: async (scene) => {
      const signed = await scene.release(3)
      await scene.desire({ ...signed, length: signed.length + 1 })
    },
  },
  {
    name: 'S4 one that its publisher revoked',
    code: 'release-revoked',
    choose: async (scene) => {
      const release = await scene.release(3)
      await scene.fleet.trust.vouch(release, { counter: 2, revoked: 'it sees cats in dogs' })
      await scene.desire(release)
    },
  },
  {
    name: 'S4 one that was revoked, by leaving that out',
    code: 'release-revoked',
    choose: async (scene) => {
      const release = await scene.release(3)
      const running = await scene.release(2)
      await scene.applied(await scene.desire(running, { revoked: [release.sha256] }))
      await scene.desire(release, { revoked: [] })
    },
  },
  {
    name: 'S4 one below the floor, by leaving the floor out',
    code: 'release-below-floor',
    choose: async (scene) => {
      const old = await scene.release(1, { counter: 10 })
      const running = await scene.release(2, { counter: 20 })
      await scene.applied(await scene.desire(running, { floor: { scale: 15 } }))
      await scene.desire(old, { floor: { scale: 0 } })
    },
  },
  {
    name: 'S4 one that no engine here can run',
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
  },
  {
    name: 'S2 wrong hardware class, S4 wrong class by the publisher',
    code: 'wrong-class',
    choose: async (scene) => {
      const compat = { classes: ['jetson', 'linux-arm64'] }
      await scene.desire(await scene.release(3, { change: { compat } }))
    },
  },
  {
    name: 'S2 wrong hardware class, by the fleet',
    code: 'wrong-class',
    choose: async (scene) => {
      const release = await scene.release(3)
      const wanted = { release, attempt: 0, mode: 'active', rollout: 'r-1' } as const
      await scene.desire(release, { slots: { scale: { ...wanted, class: 'jetson' } } })
    },
  },
]

export const choiceCases = choices.map(misdirection)
