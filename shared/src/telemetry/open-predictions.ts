/** A prediction that may still get its label. */
export interface OpenPrediction {
  readonly id: string
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Class number, or predicted value. */
  readonly predicted: number
}

const width = 3
const idsAhead = 32

/**
 * The latest predictions, by an id that costs next to nothing to make: a tag and a number.
 * When it is full the oldest are forgotten, and a label for one of those counts no more.
 */
export class OpenPredictions {
  readonly #tag: string
  /** Number, time and prediction of each place, side by side: one cache line holds them. */
  readonly #places: Float64Array
  readonly #capacity: number
  #ids: string[] = []
  #firstId = 0
  #next = 1

  /** @param tag must not be used by any other instance, now or later */
  constructor(tag: string, capacity = 8_192) {
    this.#tag = tag
    this.#places = new Float64Array(capacity * width)
    this.#capacity = capacity
  }

  /** The number of the next prediction. */
  next(): number {
    return this.#next++
  }

  /** Made some ahead: with cold caches an id costs as much to write as a run to count. */
  idOf(number: number): string {
    const id = this.#ids[number - this.#firstId]
    if (id !== undefined) return id
    this.#firstId = number
    this.#ids = Array.from({ length: idsAhead }, (_, i) => `${this.#tag}-${number + i}`)
    return this.#ids[0]!
  }

  /** Keeps what was predicted under a number until its label comes. */
  add(number: number, at: number, predicted: number): void {
    const place = (number % this.#capacity) * width
    this.#places[place] = number
    this.#places[place + 1] = at
    this.#places[place + 2] = predicted
  }

  has(id: string): boolean {
    return this.#placeOf(id) !== undefined
  }

  /** What was predicted under `id`; a prediction is labelled once. */
  take(id: string): number | undefined {
    const place = this.#placeOf(id)
    if (place === undefined) return undefined
    this.#places[place] = 0
    return this.#places[place + 2]
  }

  /** Takes all that wait, oldest first. */
  drain(): OpenPrediction[] {
    const places = this.#places
    const open = Array.from({ length: this.#capacity }, (_, i) => i * width)
      .filter((place) => places[place]! > 0)
      .sort((a, b) => places[a]! - places[b]!)
      .map((place) => ({
        id: this.idOf(places[place]!),
        at: places[place + 1]!,
        predicted: places[place + 2]!,
      }))
    places.fill(0)
    return open
  }

  #placeOf(id: string): number | undefined {
    const split = id.lastIndexOf('-')
    if (id.slice(0, split) !== this.#tag) return undefined
    const number = Number(id.slice(split + 1))
    const place = (number % this.#capacity) * width
    return number > 0 && this.#places[place] === number ? place : undefined
  }
}
