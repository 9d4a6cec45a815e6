import { createHmac, timingSafeEqual } from 'node:crypto'
import { fromBase64Url, toBase64Url } from '@kedge/shared/util/bytes'
import type { Clock } from '@kedge/shared/util/clock'
import type { Entropy } from '@kedge/shared/util/entropy'
import { Minutes } from '@kedge/shared/util/units'

const life = Minutes(2)
const randomBytes = 16
const timeBytes = 8
/** Used ones that are remembered; beyond, the oldest is forgotten, which is about to expire anyway. */
const kept = 100_000

/**
 * Nonces for proofs of enrolment. They carry their own end and a code that only we can make, so that
 * whoever asks for many fills no memory; only used ones are remembered, until they expire.
 */
export class EnrolmentChallenges {
  readonly #clock: Clock
  readonly #entropy: Entropy
  readonly #key: Uint8Array
  readonly #used = new Map<string, number>()

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock
    this.#entropy = entropy
    this.#key = entropy.bytes(32)
  }

  issue(): string {
    const body = Buffer.alloc(randomBytes + timeBytes)
    body.set(this.#entropy.bytes(randomBytes))
    body.writeBigUInt64BE(BigInt(this.#clock.now() + life), randomBytes)
    return toBase64Url(Buffer.concat([body, this.#sign(body)]))
  }

  /** True once for each nonce of ours that has not expired. */
  redeem(nonce: string): boolean {
    const bytes = decode(nonce)
    if (bytes?.length !== randomBytes + timeBytes + 32) return false
    const body = bytes.subarray(0, randomBytes + timeBytes)
    if (!timingSafeEqual(bytes.subarray(body.length), this.#sign(body))) return false
    const expires = Number(body.readBigUInt64BE(randomBytes))
    // Decoded and encoded again: one nonce has many spellings in base64.
    const name = toBase64Url(bytes)
    if (expires <= this.#clock.now() || this.#used.has(name)) return false
    this.#used.set(name, expires)
    this.#forget()
    return true
  }

  #sign(body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(body).digest()
  }

  #forget(): void {
    const now = this.#clock.now()
    for (const [nonce, expires] of this.#used) {
      if (expires > now && this.#used.size <= kept) return
      this.#used.delete(nonce)
    }
  }
}

function decode(nonce: string): Buffer | undefined {
  try {
    return Buffer.from(fromBase64Url(nonce))
  } catch {
    return undefined
  }
}
