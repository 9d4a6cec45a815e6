import type { GoldenSample } from '../model/golden-samples.js'
import { floatsOf, openSession, type Ort } from '../training/ort.js'

/** A model of one input of rows and one output of rows. */
export interface RowModel {
  readonly model: Uint8Array
  readonly input: string
  readonly output: string
}

/** Runs all rows as one batch. */
export async function runRows(
  ort: Ort,
  { model, input, output }: RowModel,
  rows: { readonly count: number; readonly features: Float32Array },
): Promise<Float32Array> {
  const session = await openSession(ort, model)
  const shape = [rows.count, rows.features.length / rows.count]
  const results = await session.run({ [input]: new ort.Tensor('float32', rows.features, shape) })
  await session.release()
  return floatsOf(results, output).slice()
}

/** The first `count` rows, each as a batch of one, with what the model says about them. */
export async function goldenSamplesOf(
  ort: Ort,
  row: RowModel,
  { count, features, width }: { count: number; features: Float32Array; width: number },
): Promise<GoldenSample[]> {
  const samples: GoldenSample[] = []
  for (let at = 0; at < count * width; at += width) {
    const data = features.slice(at, at + width)
    const scores = await runRows(ort, row, { count: 1, features: data })
    samples.push({
      inputs: { [row.input]: { dtype: 'float32', shape: [1, width], data } },
      outputs: { [row.output]: { dtype: 'float32', shape: [1, scores.length], data: scores } },
    })
  }
  return samples
}
