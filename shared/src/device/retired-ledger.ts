import type { Release } from '../model/release.js'
import type { OpenPrediction } from '../telemetry/open-predictions.js'
import { addLabel, noScore, toTruth, type Label } from '../telemetry/score.js'
import type { Score, TelemetryWindow } from '../telemetry/window.js'

/** Labels may come this long after their version has gone. */
const rememberMs = 60 * 60 * 1000
const maxPredictions = 50_000

export interface RetiredVersion {
  readonly release: Release
  readonly digest: string
  readonly provider: string
}

interface Waiting {
  readonly version: RetiredVersion
  readonly at: number
  readonly predicted: number
}

interface Tally {
  readonly version: RetiredVersion
  score?: Score
  crashes: number
}

/** Remembers what runners that have ended still owe: labels that come late, and their crashes. */
export class RetiredLedger {
  readonly #waiting = new Map<string, Waiting>()
  #tallies = new Map<string, Tally>()
  #from: number

  constructor(now: number) {
    this.#from = now
  }

  retire(version: RetiredVersion, open: readonly OpenPrediction[]): void {
    for (const { id, at, predicted } of open) this.#waiting.set(id, { version, at, predicted })
    const excess = this.#waiting.size - maxPredictions
    for (const id of [...this.#waiting.keys()].slice(0, Math.max(0, excess)))
      this.#waiting.delete(id)
  }

  recordCrash(version: RetiredVersion): void {
    this.#tallyOf(version).crashes += 1
  }

  /** False when nothing waits under `id`. @throws UsageError when the label is none the model has */
  feedback(id: string, label: Label): boolean {
    const waiting = this.#waiting.get(id)
    const prediction = waiting?.version.release.prediction
    if (!waiting || !prediction) return false
    const truth = toTruth(prediction, label)
    this.#waiting.delete(id)
    const tally = this.#tallyOf(waiting.version)
    tally.score ??= noScore(prediction.kind)
    addLabel(tally.score, waiting.predicted, truth)
    return true
  }

  takeWindows(now: number): TelemetryWindow[] {
    const from = this.#from
    this.#from = now
    for (const [id, { at }] of this.#waiting) if (at < now - rememberMs) this.#waiting.delete(id)
    const windows = [...this.#tallies.values()].map((tally) => toWindow(tally, from, now))
    this.#tallies = new Map()
    return windows
  }

  #tallyOf(version: RetiredVersion): Tally {
    const tally = this.#tallies.get(version.digest) ?? { version, crashes: 0 }
    this.#tallies.set(version.digest, tally)
    return tally
  }
}

function toWindow({ version, score, crashes }: Tally, from: number, now: number): TelemetryWindow {
  return {
    model: version.release.model,
    version: version.release.version,
    release: version.digest,
    provider: version.provider,
    from,
    to: Math.max(from, now),
    count: 0,
    errors: crashes > 0 ? { 'runner-crashed': crashes } : {},
    latency: [],
    outputs: {},
    ...(score && { score }),
  }
}
