import type { StrokePoint } from '@kedge/shared/demo/gesture/stroke'

const inkWidth = 6

/** A canvas that a person draws one stroke on, by finger, pen or mouse. */
export class DrawingPad {
  readonly #canvas: HTMLCanvasElement
  readonly #onStroke: (stroke: readonly StrokePoint[]) => void
  #stroke: StrokePoint[] = []
  #pointer: number | undefined

  constructor(canvas: HTMLCanvasElement, onStroke: (stroke: readonly StrokePoint[]) => void) {
    this.#canvas = canvas
    this.#onStroke = onStroke
  }

  start(): void {
    const canvas = this.#canvas
    canvas.addEventListener('pointerdown', (event) => this.#begin(event))
    canvas.addEventListener('pointermove', (event) => this.#move(event))
    canvas.addEventListener('pointerup', (event) => this.#end(event))
    canvas.addEventListener('pointercancel', () => this.#drop())
    // A stroke is no fling: browsers swallow the tap that stops one, which here would be the label.
    canvas.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false })
    new ResizeObserver(() => this.#resize()).observe(canvas)
  }

  /** Draws a stroke that nobody's hand makes, scaled to the middle of the pad, in about half a second. */
  async play(stroke: readonly StrokePoint[]): Promise<void> {
    this.#drop()
    const placed = fitInto(stroke, this.#canvas.getBoundingClientRect())
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    const perFrame = still ? placed.length : Math.max(1, Math.round(placed.length / 30))
    for (let shown = perFrame; this.#stroke.length < placed.length; shown += perFrame) {
      this.#stroke = placed.slice(0, shown)
      this.#paint()
      await new Promise(requestAnimationFrame)
      if (this.#pointer !== undefined) return
    }
    this.#onStroke(this.#stroke)
  }

  #begin(event: PointerEvent): void {
    if (this.#pointer !== undefined || event.button !== 0) return
    this.#canvas.setPointerCapture(event.pointerId)
    this.#pointer = event.pointerId
    this.#stroke = [this.#pointOf(event)]
    this.#paint()
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return
    // A screen reports more often than it repaints; the points in between are the shape of a corner.
    const events = event.getCoalescedEvents?.() ?? []
    for (const one of events.length > 0 ? events : [event]) this.#stroke.push(this.#pointOf(one))
    this.#paint()
  }

  #end(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return
    this.#pointer = undefined
    this.#onStroke(this.#stroke)
  }

  #drop(): void {
    this.#pointer = undefined
    this.#stroke = []
    this.#paint()
  }

  #pointOf(event: PointerEvent): StrokePoint {
    const { left, top } = this.#canvas.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top, t: event.timeStamp }
  }

  #resize(): void {
    const { width, height } = this.#canvas.getBoundingClientRect()
    this.#canvas.width = Math.round(width * devicePixelRatio)
    this.#canvas.height = Math.round(height * devicePixelRatio)
    this.#paint()
  }

  #paint(): void {
    const context = this.#canvas.getContext('2d')
    const [first] = this.#stroke
    if (!context) return
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    if (!first) return
    context.lineWidth = inkWidth
    context.lineCap = context.lineJoin = 'round'
    context.strokeStyle = getComputedStyle(this.#canvas).color
    context.beginPath()
    context.moveTo(first.x, first.y)
    this.#stroke.forEach((point, i) => {
      const next = this.#stroke[i + 1] ?? point
      // Curves through the middles of the segments: smooth, and never outside the points.
      context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2)
    })
    context.stroke()
  }
}

function fitInto(
  stroke: readonly StrokePoint[],
  { width, height }: { width: number; height: number },
): StrokePoint[] {
  const xs = stroke.map(({ x }) => x)
  const ys = stroke.map(({ y }) => y)
  const [left, right, top, bottom] = [
    Math.min(...xs),
    Math.max(...xs),
    Math.min(...ys),
    Math.max(...ys),
  ]
  const scale = Math.min((0.6 * width) / (right - left || 1), (0.6 * height) / (bottom - top || 1))
  return stroke.map(({ x, y, t }) => ({
    x: width / 2 + scale * (x - (left + right) / 2),
    y: height / 2 + scale * (y - (top + bottom) / 2),
    t,
  }))
}
