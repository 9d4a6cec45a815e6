import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WireReader } from '@kedge/shared/model/onnx/wire-reader'
import { WireWriter } from '@kedge/shared/model/onnx/wire-writer'

const bytes = (...values: number[]) => Uint8Array.from(values)

function readAll(reader: WireReader): void {
  while (reader.next()) if (reader.field === 1) readAll(reader.message())
}

describe('wire reader', () => {
  it('reads back every integer the writer writes', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const reader = new WireReader(new WireWriter().integer(3, value).finish())
        reader.next()
        expect([reader.field, reader.integer(), reader.next()]).toEqual([3, value, false])
      }),
    )
  })

  it('reads repeated integers packed and one by one', () => {
    const packed = new WireWriter().integers(1, [1, -1, 300]).finish()
    const single = new WireWriter().integer(1, 1).integer(1, -1).integer(1, 300).finish()
    for (const message of [packed, single]) {
      const values: number[] = []
      const reader = new WireReader(message)
      while (reader.next()) reader.integers(values)
      expect(values).toEqual([1, -1, 300])
    }
  })

  it('steps over fields of every type that nobody asks for', () => {
    const message = new WireWriter().integer(1, 7).float(2, 1.5).text(3, 'skip').text(4, 'read')
    const fixed64 = bytes((5 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8)
    const reader = new WireReader(Uint8Array.from([...message.finish(), ...fixed64]))
    const seen: number[] = []
    while (reader.next()) seen.push(reader.field)
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })

  it('says where content lies without copying it', () => {
    const reader = new WireReader(
      new WireWriter()
        .text(1, 'ab')
        .bytes(2, bytes(9, 9, 9))
        .finish(),
    )
    reader.next()
    reader.next()
    expect(reader.range()).toEqual({ offset: 6, length: 3 })
  })

  it.each([
    ['a field longer than the file', bytes(0x0a, 5, 1), 'model-truncated'],
    ['a number cut off', bytes(0x10, 0x80), 'model-truncated'],
    ['eight bytes cut off', bytes(0x11, 1, 2), 'model-truncated'],
    ['a field longer than its message', bytes(0x0a, 2, 0x0a, 4, 0, 0, 0, 0), 'model-not-onnx'],
    ['a group', bytes(0x0b, 0x0c), 'model-not-onnx'],
    ['field number 0', bytes(0x00, 1), 'model-not-onnx'],
    ['an endless number', new Uint8Array(12).fill(0xff), 'model-not-onnx'],
    ['a length beyond 32 bits', bytes(0x0a, 255, 255, 255, 255, 127, 0), 'model-not-onnx'],
  ])('refuses %s', (_, message, code) => {
    expect(() => readAll(new WireReader(message))).toThrow(expect.objectContaining({ code }))
  })

  it('refuses messages nested deeper than 64', () => {
    const nest = (depth: number): WireWriter =>
      depth === 0 ? new WireWriter() : new WireWriter().message(1, nest(depth - 1))
    expect(() => readAll(new WireReader(nest(64).finish()))).not.toThrow()
    expect(() => readAll(new WireReader(nest(65).finish()))).toThrow(/64 deep/)
  })

  it('ends with an error of ours or well, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (message) => {
        try {
          readAll(new WireReader(message))
        } catch (error) {
          expect(error).toMatchObject({ name: 'ModelError' })
        }
      }),
    )
  })
})
