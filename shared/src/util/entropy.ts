/** Chance as an argument: tests hand in a seeded one. */
export interface Entropy {
  /** A number in [0, 1). */
  random(): number
  bytes(length: number): Uint8Array
}

export const systemEntropy: Entropy = {
  random: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
}

/** A reproducible generator (mulberry32) for tests, training and simulated data; never for keys. */
export function seededEntropy(seed: number): Entropy {
  let state = seed >>> 0
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    random,
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256)),
  }
}
