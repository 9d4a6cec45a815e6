import { checkPlace, openDesired } from '@kedge/shared/device/desired-checks'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { concatBytes, encodeUtf8 } from '@kedge/shared/util/bytes'
import type { ContractCase } from './contract.js'
import type { EnvelopeSubject } from './envelope-subject.js'

const depth = 20_000

const fields = {
  v: '1',
  fleet: '"f-1"',
  device: '"d-1"',
  epoch: '1',
  seq: '7',
  issuedAt: '5',
  expires: '9',
  minRootVersion: '1',
  slots: '{}',
  floor: '{}',
  revoked: '[]',
  config: '{"telemetryWindowS":60}',
}

/** A desired state as text, with members replaced, or left out where they are undefined. */
const textOf = (change: Partial<Record<keyof typeof fields, string | undefined>> = {}): string =>
  Object.entries({ ...fields, ...change })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')

/** What the fleet's own key has signed, from the signature to the place in the sequence. */
async function accept({ alice }: EnvelopeSubject, document: Uint8Array): Promise<number> {
  const envelope = await signEnvelope(payloadTypes.desired, document, alice.signer)
  const { state } = await openDesired(envelope, { keys: [alice.trusted], threshold: 1 })
  checkPlace(state, { accepted: { epoch: 1, seq: 6 } })
  return state.seq
}

/** FAULTS S8: what two readers of JSON could understand differently, or stumble over. */
const refused: readonly (readonly [string, string, code?: string])[] = [
  ['a key twice', `{${textOf()},"seq":8}`],
  ['a key twice, once escaped', `{${textOf()},"s\\u0065q":8}`],
  ['a key twice further down', `{${textOf({ floor: '{"a":1,"a":2}' })}}`],
  ['a number beyond every float', `{${textOf({ seq: '1e400' })}}`],
  ['minus zero for a number', `{${textOf({ seq: '-0' })}}`, 'sequence-invalid'],
  ['2^53 + 1 for a number', `{${textOf({ seq: '9007199254740993' })}}`, 'sequence-invalid'],
  ['2^53 + 1 for a time', `{${textOf({ expires: '9007199254740993' })}}`],
  ['half of a surrogate pair', `{${textOf({ fleet: '"\\ud800"' })}}`],
  ['half of a surrogate pair as a key', `{${textOf()},"\\udc00":1}`],
  ['lists in lists', `{${textOf()},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`],
  ['objects without end', `{${textOf()},"x":${'{"x":'.repeat(depth)}`],
  ['what it needs in __proto__ only', `{${textOf({ seq: undefined })},"__proto__":{"seq":7}}`],
  ['a byte order mark', `\ufeff{${textOf()}}`],
  ['something after the end', `{${textOf()}}{}`],
  ['a zero byte after the end', `{${textOf()}}\u0000`],
]

export const hostileJsonCases: readonly ContractCase<EnvelopeSubject>[] = [
  ...refused.map(([what, text, code]): ContractCase<EnvelopeSubject> => {
    return {
      name: `S8: a desired state with ${what} is refused, though the fleet has signed it`,
      async run(subject, check) {
        await check.rejects(accept(subject, encodeUtf8(text)), code ?? 'document-invalid')
      },
    }
  }),
  {
    name: 'S8: a desired state that is no UTF-8 is refused, though the fleet has signed it',
    async run(subject, check) {
      const bytes = concatBytes([encodeUtf8(`{${textOf()}}`), Uint8Array.of(0xff)])
      await check.rejects(accept(subject, bytes), 'document-invalid')
    },
  },
  {
    name: 'S8: members called __proto__ and constructor change nothing',
    async run(subject, check) {
      const odd = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'
      const members = textOf({ floor: '{"__proto__":{"polluted":1}}' })
      check.equal(await accept(subject, encodeUtf8(`{${odd},${members}}`)), 7)
      check.equal(({} as { polluted?: number }).polluted, undefined)
    },
  },
]
