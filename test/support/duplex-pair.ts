import { Duplex } from 'node:stream'

/** One end of a connection without a socket; it counts what its owner has taken from it. */
export class PairEnd extends Duplex {
  other!: PairEnd
  /** Bytes that came to this end. */
  received = 0
  #taken: (() => void) | undefined

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    setImmediate(() => {
      if (this.other.destroyed) return done()
      this.other.received += chunk.length
      if (this.other.push(chunk)) done()
      else this.other.#taken = done
    })
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (!this.other.destroyed) this.other.push(null)
      done()
    })
  }

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other } = this
    other.#taken?.()
    setImmediate(() => other.destroy())
    done(error)
  }
}

/** Two ends of one connection: what is written to one is read from the other. */
export function duplexPair(): [PairEnd, PairEnd] {
  const near = new PairEnd({ emitClose: true })
  const far = new PairEnd({ emitClose: true })
  near.other = far
  far.other = near
  for (const end of [near, far]) end.on('error', () => undefined)
  return [near, far]
}
