import { ModelError } from '../../errors/model-error.js'

/** A stretch of the file. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

// Wire types of https://protobuf.dev/programming-guides/encoding/#structure.
const VARINT = 0
const FIXED_64 = 1
const DELIMITED = 2
const FIXED_32 = 5

/** Deeper than any real model nests its subgraphs, and far from the end of the stack. */
const MAX_NESTING = 64

// Not fatal: the names in a model are protobuf `string`s, which writers do not always check.
const utf8 = new TextDecoder('utf-8')

/**
 * Walks the fields of one protobuf message in place: nothing is copied and what is not asked for
 * is stepped over. Every step is checked against the end of the message.
 *
 * Throws `model-truncated` where the file ends too early and `model-not-onnx` where the bytes
 * cannot be protobuf.
 */
export class WireReader {
  /** The number of the field `next()` has moved to. */
  field = 0
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #depth: number
  #at: number
  #start = 0
  #wireType = VARINT
  #unread = false

  constructor(bytes: Uint8Array, range?: ByteRange, depth = 0) {
    this.#bytes = bytes
    this.#at = range?.offset ?? 0
    this.#end = range === undefined ? bytes.length : range.offset + range.length
    this.#depth = depth
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#unread) this.#skip()
    if (this.#at >= this.#end) return false
    this.#start = this.#at
    const tag = this.#unsigned32()
    this.field = tag >>> 3
    this.#wireType = tag & 7
    if (this.field === 0) throw this.#malformed('a field has the number 0')
    this.#unread = true
    return true
  }

  /** The value of an integer field. 64-bit values beyond 2^53 lose their last digits. */
  integer(): number {
    this.#expect(VARINT)
    return this.#signed64()
  }

  /** The values of a repeated integer field, packed or not, are added to `into`. */
  integers(into: number[]): void {
    if (this.#wireType !== DELIMITED) {
      into.push(this.integer())
      return
    }
    const { offset, length } = this.range()
    const packed = new WireReader(this.#bytes, { offset, length }, this.#depth)
    while (packed.#at < packed.#end) into.push(packed.#signed64())
  }

  /** Where the value of the field lies, whatever its type; of a length-delimited one the content. */
  range(): ByteRange {
    this.#unread = false
    const start = this.#at
    if (this.#wireType === DELIMITED) {
      const length = this.#unsigned32()
      return { offset: this.#advance(length), length }
    }
    this.#skip()
    return { offset: start, length: this.#at - start }
  }

  /** The field as it stands, its tag included; a view. */
  whole(): Uint8Array {
    if (this.#unread) this.#skip()
    return this.#bytes.subarray(this.#start, this.#at)
  }

  text(): string {
    const { offset, length } = this.#delimited()
    return utf8.decode(this.#bytes.subarray(offset, offset + length))
  }

  /** A reader of the message in this field. */
  message(): WireReader {
    if (this.#depth >= MAX_NESTING) {
      throw this.#malformed(`messages are nested more than ${MAX_NESTING} deep`)
    }
    return new WireReader(this.#bytes, this.#delimited(), this.#depth + 1)
  }

  #delimited(): ByteRange {
    this.#expect(DELIMITED)
    return this.range()
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) {
      throw this.#malformed(`field ${this.field} has the wire type ${this.#wireType}`)
    }
    this.#unread = false
  }

  #skip(): void {
    this.#unread = false
    switch (this.#wireType) {
      case VARINT:
        this.#signed64()
        return
      case FIXED_64:
        this.#advance(8)
        return
      case DELIMITED:
        this.#advance(this.#unsigned32())
        return
      case FIXED_32:
        this.#advance(4)
        return
      default:
        // 3 and 4 are groups, which ONNX has never used; 6 and 7 do not exist.
        throw this.#malformed(`wire type ${this.#wireType}`)
    }
  }

  /** Steps over `length` bytes and returns where they began. */
  #advance(length: number): number {
    const start = this.#at
    if (length > this.#end - start) throw this.#overrun(start + length)
    this.#at = start + length
    return start
  }

  #byte(): number {
    if (this.#at >= this.#end) throw this.#overrun(this.#at + 1)
    return this.#bytes[this.#at++] ?? 0
  }

  #unsigned32(): number {
    const value = this.#signed64()
    if (value < 0 || value > 0xffff_ffff) throw this.#malformed('a length is out of range')
    return value
  }

  #signed64(): number {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte()
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high |= bits >>> 4
      } else high |= bits << (shift - 32)
      if (byte < 0x80) return high * 0x1_0000_0000 + (low >>> 0)
    }
    throw this.#malformed('a number is longer than ten bytes')
  }

  #overrun(wanted: number): ModelError {
    const size = this.#bytes.length
    // Only a field that leaves the file can be mended by the rest of it.
    if (wanted <= size && this.#end !== size) {
      return this.#malformed(`field ${this.field} is longer than its message`)
    }
    return new ModelError(
      'model-truncated',
      `the file ends at byte ${size}, but the model goes on to at least byte ${wanted}`,
    )
  }

  #malformed(what: string): ModelError {
    return new ModelError('model-not-onnx', `not an ONNX model: at byte ${this.#at}, ${what}`)
  }
}
