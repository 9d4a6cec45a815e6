type Range = readonly [number, number]

/** How people draw: ranges that each stroke's habits are drawn from. */
export interface StrokeStyle {
  /** Largest turn either way, in radians. */
  readonly rotation: number
  /** Largest shear either way: 0.3 moves the top by 0.3 of the height. */
  readonly slant: number
  /** Width over height, and as often its inverse. */
  readonly aspect: Range
  /** Slow wandering and fast trembling of the hand, as shares of the size. */
  readonly wander: Range
  readonly tremor: Range
  /** How far corners are cut, as a share of the whole path. */
  readonly rounding: Range
  /** How far the ends fall short (below 0) or overshoot, as shares of the path. */
  readonly overshoot: Range
  /** Points a stroke has before drop-outs; screens report 60 or 120 a second. */
  readonly points: Range
  /** How much speed varies along the stroke: 0 even. */
  readonly unevenness: Range
  /** Share of the points that get lost, some one by one and some in a row. */
  readonly dropOut: Range
  /** Share of the strokes drawn the other way round or mirrored. */
  readonly reversed: number
}

export const trainingStyle: StrokeStyle = {
  rotation: 0.5,
  slant: 0.3,
  aspect: [1, 1.6],
  wander: [0, 0.09],
  tremor: [0, 0.02],
  rounding: [0, 0.06],
  overshoot: [-0.05, 0.05],
  points: [24, 140],
  unevenness: [0, 0.8],
  dropOut: [0, 0.25],
  reversed: 0.5,
}

/** Other hands: more turned and slanted at most, wavier, on a screen that reports less. */
export const testStyle: StrokeStyle = {
  rotation: 0.45,
  slant: 0.2,
  aspect: [1.05, 1.5],
  wander: [0.02, 0.08],
  tremor: [0.005, 0.025],
  rounding: [0.01, 0.05],
  overshoot: [-0.04, 0.06],
  points: [18, 70],
  unevenness: [0.2, 0.9],
  dropOut: [0.05, 0.3],
  reversed: 0.35,
}
