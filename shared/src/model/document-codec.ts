import { decode as decodeCbor, encode as encodeCbor } from 'cborg'
import { z } from 'zod'
import { DocumentError } from '../errors/document-error.js'
import { decodeUtf8, encodeUtf8 } from '../util/bytes.js'
import { parseStrictJson } from './strict-json.js'

/** Bytes on the wire to a checked document, and back. */
export interface Codec<T> {
  encode(document: T): Uint8Array
  /** @throws DocumentError `document-invalid` */
  decode(bytes: Uint8Array): T
}

export const jsonCodec = <T>(schema: z.ZodType<T>): Codec<T> => ({
  encode: (document) => encodeUtf8(JSON.stringify(document)),
  decode: (bytes) =>
    checkDocument(
      schema,
      read('JSON', () => parseStrictJson(decodeUtf8(bytes))),
    ),
})

export const cborCodec = <T>(schema: z.ZodType<T>): Codec<T> => ({
  encode: (document) => encodeCbor(document, { ignoreUndefinedProperties: true }),
  decode: (bytes) =>
    checkDocument(
      schema,
      read('CBOR', () => decodeCbor(bytes, { rejectDuplicateMapKeys: true })),
    ),
})

export const bytesCodec: Codec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
}

/** Reports carry messages, and a document can be wrong in very many places. */
const maxMessage = 1_000

/** @throws DocumentError `document-invalid`, naming each field that is wrong */
export function checkDocument<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = z.prettifyError(result.error).replaceAll('\n', ' ')
  throw new DocumentError('document-invalid', problems.slice(0, maxMessage), {
    cause: result.error,
  })
}

function read(form: string, parse: () => unknown): unknown {
  try {
    return parse()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DocumentError('document-invalid', `not ${form}: ${reason}`, { cause })
  }
}
