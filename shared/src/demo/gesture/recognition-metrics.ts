import type { Dataset } from '../../training/dataset.js'
import { gestureNames } from './gesture-shapes.js'

/** Shares of the test strokes that are named rightly, over all and of each gesture. */
export function recognitionMetrics(test: Dataset, scores: Float32Array): Record<string, number> {
  const classes = gestureNames.length
  const right = gestureNames.map(() => 0)
  for (let row = 0; row < test.count; row++) {
    const own = scores.subarray(row * classes, (row + 1) * classes)
    const label = Number(test.targets[row])
    if (own.indexOf(Math.max(...own)) === label) right[label] = (right[label] ?? 0) + 1
  }
  const each = test.count / classes
  return {
    accuracy: right.reduce((all, hits) => all + hits, 0) / test.count,
    ...Object.fromEntries(
      gestureNames.map((name, i) => [`accuracy_${name}`, (right[i] ?? 0) / each]),
    ),
    test_rows: test.count,
  }
}
