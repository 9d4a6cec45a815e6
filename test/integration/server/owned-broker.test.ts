import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DesiredState } from '@kedge/shared/protocol/desired-state'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { encodeUtf8, fromBase64 } from '@kedge/shared/util/bytes'
import { adviceOn, meaningOf } from '../../../fleet-server/console/src/parts/problem-words.js'
import { scalingModel } from '../../contract/tiny-models.js'
import { mosquittoMissing } from '../../support/mosquitto.js'
import { OwnedBroker, timestampTopic, topicOfModel } from './owned-broker.js'

if (mosquittoMissing) console.warn(mosquittoMissing)

const day = 24 * 3_600_000
const patience = { timeout: 30_000, interval: 25 }

/** The server shows these and nothing else, each in words for an operator. */
async function expectComplaints(scene: OwnedBroker, codes: readonly string[]): Promise<void> {
  const shown = async () => (await scene.complaints()).map(({ code }) => code)
  await vi.waitFor(async () => expect(await shown()).toEqual(codes), patience)
  for (const { code, message } of await scene.complaints()) {
    for (const words of [message, meaningOf(code), adviceOn(code)]) {
      expect(words, code).toMatch(/\w+ \w+ \w+/)
    }
  }
}

/** The same bytes but for one letter of what follows `after`. */
function altered(bytes: Uint8Array, after: string): Uint8Array {
  const copy = new Uint8Array(bytes)
  const at = Buffer.from(copy).indexOf(after) + after.length
  expect(at).toBeGreaterThan(after.length)
  copy[at] = copy[at] === 0x31 ? 0x32 : 0x31
  return copy
}

interface Row {
  readonly name: string
  readonly code: string
}

interface FalseState extends Row {
  readonly envelope: (scene: OwnedBroker) => Promise<Envelope> | Envelope
}

const forged = (change: (inForce: DesiredState) => Partial<DesiredState>) => (scene: OwnedBroker) =>
  scene.forge(change)

/** What may lie on the device's topic, for a start without the key of the fleet. */
const falseStates: FalseState[] = [
  {
    name: 'a desired state with another byte',
    code: 'signature-invalid',
    envelope: (scene) => {
      const last = scene.desired().at(-1)!
      const payload = Buffer.from(altered(fromBase64(last.payload), '"seq":')).toString('base64')
      return { ...last, payload }
    },
  },
  {
    name: 'one that a stranger has signed',
    code: 'signature-invalid',
    envelope: async (scene) => {
      const last = scene.desired().at(-1)!
      const { privateKey } = await generateKeyPair(false)
      const signer = { id: last.signatures[0]!.keyid!, privateKey }
      return signEnvelope(payloadTypes.desired, fromBase64(last.payload), signer)
    },
  },
  {
    name: 'the one of the version before, played again',
    code: 'sequence-stale',
    envelope: (scene) => scene.desired().at(-2)!,
  },
  {
    name: 'the one of the device beside it',
    code: 'wrong-device',
    envelope: (scene) => scene.desired(scene.neighbour).at(-1)!,
  },
  {
    name: 'one of another fleet',
    code: 'wrong-fleet',
    envelope: forged(() => ({ fleet: 'f-other' })),
  },
  {
    name: 'two of one number',
    code: 'sequence-reused',
    envelope: forged(({ seq }) => ({ seq, slots: {} })),
  },
  {
    name: 'one with a number that none could follow',
    code: 'sequence-ahead',
    envelope: forged(() => ({ seq: Date.now() + 2 * day })),
  },
  {
    name: 'one that has expired',
    code: 'expired',
    envelope: forged(() => ({ expires: Date.now() - 1 })),
  },
  {
    name: 'one of tomorrow and the day after',
    code: 'not-yet-valid',
    envelope: forged(() => ({ issuedAt: Date.now() + 2 * day })),
  },
  {
    name: 'one of an epoch that no root has begun',
    code: 'epoch-ahead',
    envelope: forged(() => ({ epoch: 7 })),
  },
]

interface FalseChoice extends Row {
  readonly choose: (release: Release) => Partial<Release>
}
type Release = DesiredState['slots'][string]['release']

const otherThan = ({ sha256 }: Release) => sha256.replace(/^./, (c) => (c === '0' ? '1' : '0'))

/** What a thief of the fleet's key may choose, and gets nowhere with. */
const falseChoices: FalseChoice[] = [
  {
    name: 'a release that no publisher has signed',
    code: 'release-unknown',
    choose: (release) => ({ version: '9.9.9', sha256: otherThan(release) }),
  },
  {
    name: 'other bytes under the name of one that is signed',
    code: 'release-mismatch',
    choose: (release) => ({ sha256: otherThan(release) }),
  },
]

interface FalseBytes extends Row {
  /** The topic whose bytes are replaced, and by what. */
  readonly strike: (scene: OwnedBroker) => readonly [topic: string, bytes: Uint8Array]
  /** Files that must stay as they were; by now the honest ones among the others may have moved on. */
  readonly files: readonly string[]
  /** Where the deployment waits, and by which code if not for metadata. */
  readonly reason?: string
}

const metadata = ['root', 'timestamp', 'snapshot', 'targets', 'model.scaling']
const filesOf = (...names: string[]) => names.map((name) => `metadata/${name}.json`)
const last = (scene: OwnedBroker, topic: string) => new Uint8Array(scene.heard(topic).at(-1)!)

/** The topic of the newest version of a file whose name has its version in it. */
const newest = (scene: OwnedBroker, role: string): string =>
  scene.topics().findLast((topic) => new RegExp(`/\\d+\\.${role}\\.json$`).test(topic))!

/** What can be done to what publishers and the server have signed, and to the model itself. */
const falseBytes: FalseBytes[] = [
  {
    name: 'a timestamp with another byte',
    code: 'signature-invalid',
    files: filesOf(...metadata),
    strike: (scene) => [timestampTopic, altered(last(scene, timestampTopic), '"expires":"20')],
  },
  {
    name: 'the first timestamp of all',
    code: 'metadata-rollback',
    files: filesOf(...metadata),
    strike: (scene) => [timestampTopic, new Uint8Array(scene.heard(timestampTopic)[0]!)],
  },
  {
    name: 'a timestamp that is none',
    code: 'metadata-invalid',
    files: filesOf(...metadata),
    strike: () => [timestampTopic, encodeUtf8('{"signed":{"__proto__":{}},"signatures":[]}')],
  },
  {
    name: 'a timestamp without end',
    code: 'metadata-too-large',
    files: filesOf(...metadata),
    strike: () => [timestampTopic, new Uint8Array(16 * 1024 + 1).fill(0x20)],
  },
  {
    name: 'a snapshot with another byte',
    code: 'metadata-mixed',
    files: filesOf('root', 'snapshot', 'targets', 'model.scaling'),
    strike: (scene) => {
      const topic = newest(scene, 'snapshot')
      return [topic, altered(last(scene, topic), '"expires":"20')]
    },
  },
  {
    name: 'the publisher’s file with another byte',
    code: 'metadata-mixed',
    files: filesOf('root', 'targets', 'model.scaling'),
    strike: (scene) => {
      const topic = newest(scene, 'model\\.scaling')
      return [topic, altered(last(scene, topic), '"expires":"20')]
    },
  },
  {
    name: 'the model of another version in the place of its chunk',
    code: 'chunk-unavailable',
    reason: 'chunk-unavailable',
    files: [],
    strike: (scene) => [topicOfModel(scene.factor), scalingModel(1_000)],
  },
]

describe.skipIf(mosquittoMissing)('an agent whose broker belongs to an attacker', () => {
  let scene: OwnedBroker
  beforeAll(async () => {
    scene = await OwnedBroker.create()
  })
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]()
  })

  it.each(falseStates)('is handed $name: $code', async ({ code, envelope }) => {
    const [files, answer] = [await scene.files(), await scene.answer()]
    await scene.strikeDesired(await envelope(scene))
    await expectComplaints(scene, [code])
    expect(await scene.files()).toEqual(files)
    expect(await scene.answer()).toEqual(answer)
    await scene.advance()
  })

  it.each(falseChoices)('is told to run $name: $code', async ({ code, choose }) => {
    const [installed, answer] = [await scene.installed(), await scene.answer()]
    const models = await scene.files(/^models\//)
    const forgery = await scene.forge(({ slots }) => {
      const wanted = slots['scaling']!
      const release = { ...wanted.release, ...choose(wanted.release) }
      return { slots: { scaling: { ...wanted, attempt: wanted.attempt + 1, release } } }
    })
    await scene.strikeDesired(forgery)
    await expectComplaints(scene, [code])
    expect(await scene.installed()).toEqual(installed)
    expect(await scene.files(/^models\//)).toEqual(models)
    expect(await scene.answer()).toEqual(answer)
    await scene.advance()
  })

  it.each(falseBytes)('fetches $name: $code', async ({ code, strike, files, reason }) => {
    const kept = async () => {
      const now = await scene.files()
      return files.map((name) => now[name])
    }
    const [before, installed, answer] = [
      await kept(),
      await scene.installed(),
      await scene.answer(),
    ]
    expect(before).not.toContain(undefined)
    await scene.push()
    const [topic, bytes] = strike(scene)
    const honest = last(scene, topic)
    await scene.strike(topic, bytes)
    await scene.rollOut()
    await expectComplaints(scene, reason === undefined ? [code, 'trust-unready'] : [reason])
    expect(await kept()).toEqual(before)
    expect(await scene.installed()).toEqual(installed)
    expect(await scene.answer()).toEqual(answer)
    await scene.restore(topic, honest)
    await scene.arrived()
  })

  it('is sent what is no envelope, and says so with its next report', async () => {
    const [files, answer] = [await scene.files(), await scene.answer()]
    await scene.strike(topics.desired(scene.agent.id).path, encodeUtf8('{"payload":'))
    // After a signed one that is refused, the one before has been looked at.
    await scene.strikeDesired(await scene.forge(() => ({ fleet: 'f-other' })))
    await expectComplaints(scene, ['wrong-fleet', 'document-invalid'])
    expect(await scene.files()).toEqual(files)
    expect(await scene.answer()).toEqual(answer)
    await scene.push()
    await scene.rollOut()
    await expectComplaints(scene, ['document-invalid'])
    const goesOn = async () => expect((await scene.answer())[0]).toBe(scene.version)
    await vi.waitFor(goesOn, patience)
  })
})
