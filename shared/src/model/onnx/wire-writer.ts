import { InvariantError } from '../../errors/kedge-error.js'
import { concatBytes, encodeUtf8 } from '../../util/bytes.js'

/** Writes the fields of one protobuf message, in the order of the calls. */
export class WireWriter {
  readonly #parts: Uint8Array[] = []

  /** @throws InvariantError for anything but a safe integer */
  integer(field: number, value: number): this {
    this.#parts.push(varint(field << 3), varint(value))
    return this
  }

  /** A repeated integer field, packed. */
  integers(field: number, values: readonly number[]): this {
    return this.bytes(field, concatBytes(values.map(varint)))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.#parts.push(varint((field << 3) | 5), bytes)
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, encodeUtf8(value))
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint((field << 3) | 2), varint(value.length), value)
    return this
  }

  /** Fields as they stand in another message, tags included. */
  fields(written: Uint8Array): this {
    this.#parts.push(written)
    return this
  }

  message(field: number, message: WireWriter): this {
    return this.bytes(field, message.finish())
  }

  finish(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#parts)
  }
}

function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`${value} is not a safe integer`)
  // Negative numbers are written as their 64-bit two's complement, always ten bytes long.
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}
