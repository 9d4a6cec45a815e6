import type { Dataset } from '../../training/dataset.js'
import type { Entropy } from '../../util/entropy.js'
import { drawStroke } from './draw-stroke.js'
import { gestureNames } from './gesture-shapes.js'
import { strokeFeatures, strokeFeatureNames } from './stroke-features.js'
import type { StrokeStyle } from './stroke-style.js'

/** As many strokes of each gesture, in turn. Targets are places in `gestureNames`. */
export function generateGestureRows(
  style: StrokeStyle,
  strokesPerGesture: number,
  entropy: Entropy,
): Dataset {
  const count = strokesPerGesture * gestureNames.length
  const width = strokeFeatureNames.length
  const features = new Float32Array(count * width)
  const targets = new BigInt64Array(count)
  for (let row = 0; row < count; row++) {
    const label = row % gestureNames.length
    const name = gestureNames[label] ?? 'circle'
    features.set(strokeFeatures(drawStroke(name, style, entropy)) ?? [], row * width)
    targets[row] = BigInt(label)
  }
  return { count, features, targets }
}
