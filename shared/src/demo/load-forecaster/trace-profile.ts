import type { Entropy } from '../../util/entropy.js'

type Range = readonly [number, number]

/** Ranges that the habits of a simulated host are drawn from. Loads are shares of all processors. */
export interface TraceProfile {
  /** How many times the loads below the host can carry. */
  readonly power: Range
  readonly idle: Range
  readonly noise: Range
  readonly jobs: Range
  readonly jobPeriods: readonly number[]
  readonly jobLoad: Range
  readonly jobSeconds: Range
  /** Bursts an hour. */
  readonly bursts: Range
  readonly burstLoad: Range
  readonly burstSeconds: Range
  readonly ramps: Range
  readonly dayLoad: Range
}

export const trainingProfile: TraceProfile = {
  power: [1, 10],
  idle: [0.005, 0.15],
  noise: [0.002, 0.04],
  jobs: [0, 3],
  jobPeriods: [60, 60, 120, 300, 300, 600, 900],
  jobLoad: [0.05, 0.8],
  jobSeconds: [4, 90],
  bursts: [0, 10],
  burstLoad: [0.1, 0.9],
  burstSeconds: [5, 400],
  ramps: [0, 1],
  dayLoad: [0, 0.3],
}

/** Hosts of another kind: fewer of the strong ones, other periods, shorter bursts, a weaker day. */
export const testProfile: TraceProfile = {
  power: [1.5, 6],
  idle: [0.01, 0.2],
  noise: [0.005, 0.03],
  jobs: [1, 3],
  jobPeriods: [60, 180, 300, 240],
  jobLoad: [0.1, 0.6],
  jobSeconds: [8, 70],
  bursts: [2, 8],
  burstLoad: [0.15, 0.7],
  burstSeconds: [10, 250],
  ramps: [0, 1],
  dayLoad: [0, 0.15],
}

export const drawFrom = ([low, high]: Range, entropy: Entropy): number =>
  low + (high - low) * entropy.random()

export const drawCount = (range: Range, entropy: Entropy): number =>
  Math.round(drawFrom(range, entropy))
