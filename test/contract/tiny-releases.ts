import type { RunnerSpec } from '@kedge/shared/device/ports/inference'
import type { Release, Variant } from '@kedge/shared/model/release'
import { webSha256 } from '@kedge/shared/util/sha256'

const spec = (name: string): Release['inputs'][number] => ({
  name,
  dtype: 'float32',
  shape: ['rows', 2],
})

const variant: Variant = {
  name: 'default',
  precision: 'float32',
  providers: [],
  requires: { opsets: { '': 18 }, operators: ['Add'] },
  file: 'model.onnx',
}

/** A release of `model` as a runner is given it: not signed, and with nothing but its model file. */
export async function specOf(
  model: Uint8Array,
  changes: Partial<Release> = {},
): Promise<RunnerSpec> {
  const sha256 = await webSha256(model)
  const release: Release = {
    schema: 'kedge.release/1',
    model: 'tiny',
    version: '1.0.0',
    createdAt: 1,
    inputs: [spec('x')],
    outputs: [spec('y')],
    variants: [variant],
    files: [{ path: variant.file, role: 'model', length: model.length, sha256, index: sha256 }],
    ...changes,
  }
  return { release, digest: sha256, variant, model }
}
