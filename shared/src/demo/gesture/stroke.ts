/** Where the finger was, in pixels of any screen with y downwards, and when, in milliseconds. */
export interface StrokePoint {
  readonly x: number
  readonly y: number
  readonly t: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y)

export const between = (a: Point, b: Point, share: number): Point => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
})
