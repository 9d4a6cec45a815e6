import type { Release } from '@kedge/shared/model/release'

export const digestOf = (character: string) => character.repeat(64)

/** A release as a publisher would describe it; what it names exists nowhere. */
export const sampleRelease = (change: Partial<Release> = {}): Release => ({
  schema: 'kedge.release/1',
  model: 'gesture',
  version: '1.0.0',
  createdAt: 1_700_000_000_000,
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 4] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 3] }],
  prediction: { kind: 'classes', output: 'y', labels: ['circle', 'line', 'star'] },
  variants: [
    {
      name: 'float32',
      precision: 'float32',
      providers: [],
      requires: { opsets: { 'ai.onnx': 18 }, operators: ['MatMul'] },
      file: 'model.onnx',
    },
  ],
  files: [
    {
      path: 'model.onnx',
      role: 'model',
      length: 1_000,
      sha256: digestOf('a'),
      index: digestOf('b'),
    },
    {
      path: 'golden.cbor',
      role: 'golden',
      length: 100,
      sha256: digestOf('c'),
      index: digestOf('d'),
    },
  ],
  golden: { file: 'golden.cbor', tolerance: { absolute: 1e-4, relative: 1e-3 } },
  metrics: { accuracy: 0.97 },
  ...change,
})
