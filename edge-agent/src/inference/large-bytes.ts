/**
 * A model is tens of megabytes: as one message it would hold up the supervisor's event loop while it
 * is copied. So large byte arrays travel ahead in pieces, and the message says where they belong.
 */
export const pieceBytes = 1024 * 1024

export interface Piece {
  readonly kind: 'piece'
  readonly of: number
  readonly offset: number
  readonly length: number
  readonly bytes: Uint8Array
}

interface Reference {
  readonly piecesOf: number
}

export interface Split {
  readonly message: unknown
  readonly pieces: readonly Piece[]
}

type Visit = (value: object) => unknown

/** `message` without its large byte arrays, and those in pieces. `nextId` names them. */
export function splitLargeBytes(message: unknown, nextId: () => number): Split {
  const pieces: Piece[] = []
  const without = replace(message, (value) => {
    if (!(value instanceof Uint8Array) || value.length <= pieceBytes) return undefined
    const of = nextId()
    for (let offset = 0; offset < value.length; offset += pieceBytes) {
      const bytes = value.subarray(offset, offset + pieceBytes)
      pieces.push({ kind: 'piece', of, offset, length: value.length, bytes })
    }
    return { piecesOf: of } satisfies Reference
  })
  return { message: without, pieces }
}

/** Gathers pieces and puts them back where a later message refers to them. */
export class LargeBytes {
  readonly #whole = new Map<number, Uint8Array>()

  add({ of, offset, length, bytes }: Piece): void {
    const whole = this.#whole.get(of) ?? new Uint8Array(length)
    whole.set(bytes, offset)
    this.#whole.set(of, whole)
  }

  restore(message: unknown): unknown {
    if (this.#whole.size === 0) return message
    return replace(message, (value) => {
      if (!('piecesOf' in value)) return undefined
      const { piecesOf } = value as Reference
      const whole = this.#whole.get(piecesOf)
      this.#whole.delete(piecesOf)
      return whole
    })
  }
}

export const isPiece = (message: unknown): message is Piece =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'piece'

/** A copy of plain objects in which `visit` may replace any object; arrays and bytes stay as they are. */
function replace(value: unknown, visit: Visit): unknown {
  if (typeof value !== 'object' || value === null) return value
  const replaced = visit(value)
  if (replaced !== undefined) return replaced
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replace(part, visit)]))
}
