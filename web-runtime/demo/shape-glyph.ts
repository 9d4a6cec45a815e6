import {
  drawShape,
  gestureNames,
  type GestureName,
} from '@kedge/shared/demo/gesture/gesture-shapes'

const svgNamespace = 'http://www.w3.org/2000/svg'

/** Nothing left to chance: the shape as a book draws it, turned no way. */
const plain = { random: () => 0.2, bytes: (length: number) => new Uint8Array(length) }

const isGesture = (name: string): name is GestureName =>
  (gestureNames as readonly string[]).includes(name)

/** A small picture of a shape; nothing for a name that has none. */
export function shapeGlyph(name: string): SVGElement | undefined {
  if (!isGesture(name)) return undefined
  const { path } = drawShape(name, plain)
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', '-1.3 -1.3 2.6 2.6')
  svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(svgNamespace, 'polyline')
  line.setAttribute('points', path.map(({ x, y }) => `${x.toFixed(3)},${y.toFixed(3)}`).join(' '))
  line.setAttribute('vector-effect', 'non-scaling-stroke')
  svg.append(line)
  return svg
}
