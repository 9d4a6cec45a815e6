import { encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { cborCodec, checkDocument, jsonCodec } from '@kedge/shared/model/document-codec'
import { encodeUtf8, fromHex } from '@kedge/shared/util/bytes'
import { seededRuns } from '../../../support/seeded-runs.js'

const schema = z.object({
  name: z.string(),
  size: z.number().optional(),
  tags: z.record(z.string(), z.string()).optional(),
})
const json = jsonCodec(schema)
const cbor = cborCodec(schema)
const deep = 100_000

function refusal(decode: () => unknown): string {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(DocumentError)
    expect(error).toMatchObject({ code: 'document-invalid' })
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

describe('JSON documents', () => {
  it.each([
    ['nothing', ''],
    ['a text cut short', '{"name":"a"'],
    ['something after the end', '{"name":"a"} {}'],
    ['a field of the wrong type', '{"name":1}'],
    ['a missing field', '{}'],
    ['no object', '[]'],
    ['null', 'null'],
    ['a number beyond every float', '{"name":"a","size":1e400}'],
    ['a key that occurs twice', '{"name":"a","name":"b"}'],
    ['a key that occurs twice, once escaped', '{"name":"a","n\\u0061me":"b"}'],
    ['a key that occurs twice further down', '{"name":"a","tags":{"x":"1","x":"2"}}'],
    ['half of a surrogate pair', '{"name":"\\ud800"}'],
    ['half of a surrogate pair as a key', '{"name":"a","tags":{"\\udc00":"1"}}'],
    ['lists without end', '['.repeat(deep)],
    ['lists in lists', `{"name":"a","x":${'['.repeat(deep)}${']'.repeat(deep)}}`],
    ['objects in objects', `{"name":"a","x":${'{"x":'.repeat(deep)}1${'}'.repeat(deep)}}`],
  ])('with %s are refused', (_what, text) => {
    refusal(() => json.decode(encodeUtf8(text)))
  })

  it('that are not UTF-8 are refused', () => {
    expect(refusal(() => json.decode(Uint8Array.of(0x22, 0xff, 0x22)))).toMatch(/^not JSON/)
  })

  it('keep what a strict reader might stumble over', () => {
    const text = '{"name":"a\\"b\\\\\\u00e9 \\ud83d\\udc4b {\\"name\\":[","tags":{"":"{","a":"]"}}'
    expect(json.decode(encodeUtf8(text))).toEqual({
      name: 'a"b\\é 👋 {"name":[',
      tags: { '': '{', a: ']' },
    })
  })

  it('cannot touch a prototype', () => {
    const text = '{"name":"a","__proto__":{"size":3},"tags":{"__proto__":"x"}}'
    const document = json.decode(encodeUtf8(text))
    expect(document.size).toBeUndefined()
    expect(Object.getPrototypeOf(document.tags)).toBe(Object.prototype)
  })

  it('come back from bytes as they were', () => {
    const documents = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      tags: fc.dictionary(fc.string({ unit: 'binary' }), fc.string(), { noNullPrototype: true }),
    })
    fc.assert(
      fc.property(documents, (document) => {
        fc.pre(!Object.hasOwn(document.tags, '__proto__'))
        fc.pre(Object.keys(document.tags).every((key) => !/\p{Surrogate}/u.test(key)))
        expect(json.decode(json.encode(document))).toEqual(document)
      }),
      seededRuns(),
    )
  })

  it('whatever the bytes, are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, text) => {
        for (const one of [bytes, encodeUtf8(text)]) refusal(() => json.decode(one))
      }),
      seededRuns(),
    )
  })
})

describe('CBOR documents', () => {
  const good = encode({ name: 'a' })

  it.each([
    ['nothing', new Uint8Array()],
    ['bytes after the end', Uint8Array.from([...good, 0])],
    ['an end in the middle', good.slice(0, -1)],
    ['a key that occurs twice', fromHex('a2646e616d656161646e616d656162')],
    ['a number that is none', encode({ name: 'a', size: NaN })],
    ['a number beyond all', encode({ name: 'a', size: Infinity })],
    ['a string that claims 4 GiB', fromHex('a1646e616d657affffffff61')],
    ['a list that claims 2^53 items', fromHex('a1646e616d659b001fffffffffffff')],
    ['a tag nobody knows', fromHex('a1646e616d65d9ffff6161')],
    ['lists in lists', new Uint8Array(deep).fill(0x81)],
    ['endless lists in lists', new Uint8Array(deep).fill(0x9f)],
    ['maps in maps', new Uint8Array(deep).fill(0xa1)],
    ['a reserved byte', Uint8Array.of(0xfc)],
  ])('with %s are refused', (_what, bytes) => {
    refusal(() => cbor.decode(bytes))
  })

  it('cannot touch a prototype', () => {
    const bytes = encode(
      new Map<string, unknown>([
        ['name', 'a'],
        ['__proto__', { size: 3 }],
      ]),
    )
    expect(cbor.decode(bytes).size).toBeUndefined()
  })

  it('leave out what is undefined', () => {
    expect(cbor.decode(cbor.encode({ name: 'a', size: undefined }))).toEqual({ name: 'a' })
  })

  it('whatever the bytes, are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        refusal(() => cbor.decode(bytes))
      }),
      seededRuns(300),
    )
  })
})

describe('document check', () => {
  it('names the field that is wrong', () => {
    const message = refusal(() => checkDocument(schema, { name: 'a', tags: { site: 7 } }))
    expect(message).toMatch(/tags\.site/)
  })

  it('says little about a document that is wrong in very many places', () => {
    const numbers = z.array(z.number())
    const message = refusal(() => checkDocument(numbers, new Array(10_000).fill('x')))
    expect(message.length).toBeLessThanOrEqual(1_000)
  })
})
