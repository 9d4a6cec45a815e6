import type { SignedDocument } from '@kedge/shared/trust/tuf/documents'
import { concatBytes, decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import { canonicalJson } from '@kedge/shared/util/canonical-json'
import { MiB } from '@kedge/shared/util/units'
import type { SimulatedRepository } from '../../support/tuf/simulated-repository.js'
import type { TufCase } from './tuf-case.js'

const depth = 100_000

/** Puts a text at the start of what timestamp's signature covers. */
function insert({ files }: SimulatedRepository, text: string): void {
  const served = decodeUtf8(files.get('timestamp.json')!)
  files.set('timestamp.json', encodeUtf8(served.replace('"signed":{', `"signed":{${text},`)))
}

/** Signs exactly these bytes, so that only the reader can be what refuses them. */
async function signText(repository: SimulatedRepository, signed: string): Promise<void> {
  const [signer] = repository.signers.get('timestamp')!
  const canonical = encodeUtf8(canonicalJson(JSON.parse(signed) as SignedDocument))
  const sig = Array.from(await signer!.sign(canonical), (byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  const signatures = JSON.stringify([{ keyid: signer!.keyId, sig: sig.join('') }])
  const text = `{"signatures":${signatures},"signed":${signed}}`
  repository.files.set('timestamp.json', encodeUtf8(text))
}

/** FAULTS S8: what two readers of JSON could understand differently, or stumble over. */
const refused: readonly [string, string][] = [
  ['a key twice', '"version":1'],
  ['a key twice, once escaped', '"v\\u0065rsion":1'],
  ['a number beyond every float', '"x":1e400'],
  ['minus zero', '"x":-0'],
  ['a number above 2^53', '"x":9007199254740993'],
  ['a number below -2^53', '"x":-9007199254740993'],
  ['a fraction', '"x":1.5'],
  ['a fraction that is whole', '"x":1.0'],
  ['an exponent', '"x":1e2'],
  ['half of a surrogate pair', '"x":"\\ud800"'],
  ['half of a surrogate pair as a key', '"\\udc00":1'],
  ['lists without end', `"x":${'['.repeat(depth)}`],
  ['lists in lists', `"x":${'['.repeat(depth)}${']'.repeat(depth)}`],
  ['objects in objects', `"x":${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`],
  ['lists 65 deep', `"x":${'['.repeat(63)}${']'.repeat(63)}`],
  ['a comma too many', '"x":[1,]'],
  ['a comment', '/**/"x":1'],
  ['a bare control character', '"x":"\u0001"'],
  ['not a number', '"x":NaN'],
  ['a leading zero', '"x":01'],
]

export const jsonCases: readonly TufCase[] = [
  ...refused.map(([what, text]): TufCase => {
    return {
      name: `S8: refuses JSON with ${what}`,
      async run({ repository, client }, check) {
        insert(repository, text)
        client.limits = { timestamp: MiB(2) }
        await check.rejects(client.refresh(), 'metadata-invalid')
        check.equal(client.versions(), { root: 1 })
      },
    }
  }),
  ...(
    [
      ['a byte order mark', (bytes) => concatBytes([Uint8Array.of(0xef, 0xbb, 0xbf), bytes])],
      ['something after the end', (bytes) => concatBytes([bytes, encodeUtf8('{}')])],
      ['a zero byte after the end', (bytes) => concatBytes([bytes, Uint8Array.of(0)])],
      ['an end too early', (bytes) => bytes.subarray(0, bytes.length - 1)],
      ['nothing in it', () => new Uint8Array()],
      ['bytes that are no UTF-8', (bytes) => concatBytes([bytes, Uint8Array.of(0xff)])],
      ['a list around it', (bytes) => encodeUtf8(`[${decodeUtf8(bytes)}]`)],
      ['null in its place', () => encodeUtf8('null')],
    ] as const satisfies readonly [string, (bytes: Uint8Array) => Uint8Array][]
  ).map(([what, change]): TufCase => {
    return {
      name: `S8: refuses a file with ${what}`,
      async run({ repository, client }, check) {
        const bytes = repository.files.get('timestamp.json')!
        repository.files.set('timestamp.json', change(bytes))
        await check.rejects(client.refresh(), 'metadata-invalid')
      },
    }
  }),
  {
    name: 'S8: takes signed members called __proto__ and constructor as plain data',
    async run({ repository, client }, check) {
      const plain = canonicalJson(repository.timestamp).slice(1)
      await signText(
        repository,
        `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${plain}`,
      )
      await client.refresh()
      check.equal(({} as { polluted?: number }).polluted, undefined)
      const kept = decodeUtf8(client.files.get('timestamp.json')!)
      check.ok(kept.includes('__proto__'), 'the bytes are kept')
    },
  },
  {
    name: 'S8: does not take what it needs from __proto__',
    async run({ repository, client }, check) {
      const { version, ...others } = repository.timestamp
      const rest = canonicalJson(others).slice(1)
      await signText(repository, `{"__proto__":{"version":${version}},${rest}`)
      await check.rejects(client.refresh(), 'metadata-invalid')
    },
  },
  {
    name: 'signs and verifies text of every plane of Unicode, and what JSON escapes',
    async run({ repository, client }, check) {
      const text = `\u0000\u001f\u007f"\\/ é \u2028 \uffff 👋`
      Object.assign(repository.timestamp, { '\uffff': text, '👋': [text, -1, true, null] })
      await repository.publish('timestamp')
      await client.refresh()
      check.equal(client.versions().timestamp, 2)
    },
  },
]
