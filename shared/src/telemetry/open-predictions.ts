/** A prediction that may still get its label. */
export interface OpenPrediction {
  readonly id: string
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Class number, or predicted value. */
  readonly predicted: number
}

/**
 * The latest predictions, by an id that costs next to nothing to make: a tag and a number.
 * When it is full the oldest are forgotten, and a label for one of those counts no more.
 */
export class OpenPredictions {
  readonly #tag: string
  readonly #numbers: Float64Array
  readonly #times: Float64Array
  readonly #predicted: Float64Array
  #next = 1

  /** @param tag must not be used by any other instance, now or later */
  constructor(tag: string, capacity = 8_192) {
    this.#tag = tag
    this.#numbers = new Float64Array(capacity)
    this.#times = new Float64Array(capacity)
    this.#predicted = new Float64Array(capacity)
  }

  /** The id of a prediction; `undefined` as the prediction keeps no place for a label. */
  add(at: number, predicted: number | undefined): string {
    const number = this.#next++
    if (predicted !== undefined) {
      const place = number % this.#numbers.length
      this.#numbers[place] = number
      this.#times[place] = at
      this.#predicted[place] = predicted
    }
    return `${this.#tag}-${number}`
  }

  has(id: string): boolean {
    return this.#placeOf(id) !== undefined
  }

  /** What was predicted under `id`; a prediction is labelled once. */
  take(id: string): number | undefined {
    const place = this.#placeOf(id)
    if (place === undefined) return undefined
    this.#numbers[place] = 0
    return this.#predicted[place]
  }

  /** Takes all that wait, oldest first. */
  drain(): OpenPrediction[] {
    const open = [...this.#numbers.keys()]
      .filter((place) => this.#numbers[place]! > 0)
      .sort((a, b) => this.#numbers[a]! - this.#numbers[b]!)
      .map((place) => ({
        id: `${this.#tag}-${this.#numbers[place]}`,
        at: this.#times[place]!,
        predicted: this.#predicted[place]!,
      }))
    this.#numbers.fill(0)
    return open
  }

  #placeOf(id: string): number | undefined {
    const split = id.lastIndexOf('-')
    if (id.slice(0, split) !== this.#tag) return undefined
    const number = Number(id.slice(split + 1))
    const place = number % this.#numbers.length
    return number > 0 && this.#numbers[place] === number ? place : undefined
  }
}
