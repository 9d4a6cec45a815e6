import { describe, expect, it } from 'vitest'
import {
  initialParameters,
  type DenseArchitecture,
} from '@kedge/shared/training/dense-architecture'
import { exportInference } from '@kedge/shared/training/export-inference'
import { importTrained } from '@kedge/shared/training/import-trained'
import { seededEntropy } from '@kedge/shared/util/entropy'

const architecture: DenseArchitecture = {
  features: 3,
  hidden: [{ units: 4, activation: 'Tanh' }],
  head: { kind: 'values', count: 2, loss: 'squared-error' },
}

const trained = {
  architecture,
  parameters: initialParameters(architecture, seededEntropy(1)),
  normalisation: { mean: Float32Array.of(1, 2, 3), deviation: Float32Array.of(4, 5, 6) },
  history: [],
}

const model = exportInference(trained, { name: 'n', input: 'x', output: 'y' })

describe('an exported network', () => {
  it('is read back as it was written', () => {
    expect(importTrained(model, architecture)).toEqual(trained)
  })

  it('is refused when another architecture is expected, and the tensor named', () => {
    const wider = { ...architecture, hidden: [{ units: 5, activation: 'Tanh' as const }] }
    expect(() => importTrained(model, wider)).toThrow(/hidden1\.weight/)
  })

  it('begins with weights of the variance that keeps signals alive', () => {
    const wide = { ...architecture, features: 400, hidden: [{ units: 300, activation: 'Relu' }] }
    const { data } = initialParameters(wide as DenseArchitecture, seededEntropy(1))[
      'hidden1.weight'
    ] as { data: Float32Array }
    const variance = data.reduce((sum, weight) => sum + weight * weight, 0) / data.length
    expect(variance).toBeCloseTo(2 / 400, 4)
  })
})
