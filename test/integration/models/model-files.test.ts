import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as ort from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataDir, dataMissing } from '../../support/data.js'
import { runKedge } from '../../support/run-command.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const at = (name: string) => path.join(folder.path, name)
const model = (name: string) => path.join(dataDir, 'models', name)

beforeAll(async () => {
  folder = await temporaryFolder()
  const names = Array.from({ length: 1000 }, (_, i) => `class ${i}`)
  await writeFile(at('names.txt'), names.join('\n'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('kedge model inspect', () => {
  it.skipIf(dataMissing)('tells what a model takes, gives and is made of', async () => {
    const { code, stdout } = await runKedge(['model', 'inspect', model('mobilenet_v3/model.onnx')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/by pytorch 1\.12\.0, IR 6\nopset ai\.onnx 11\n/)
    expect(stdout).toMatch(/takes +image +float32 +\[batch, 3, 244, 244\]/)
    expect(stdout).toMatch(/gives +scores +float32 +\[batch, 1000\]/)
  })

  it.skipIf(dataMissing)('says why a file is refused, and tells what it can of it', async () => {
    const ended = await runKedge(['model', 'inspect', model('invalid/mul_16.onnx')])
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/Refused: .*Mul16.*\(model-unsupported\)\n$/)
    const pointer = await runKedge(['model', 'inspect', model('invalid/Yolo_lfs_pointer.onnx')])
    expect(pointer.stdout).toMatch(/^Refused: .*Git LFS pointer/)
  })

  it('names a file that is not there', async () => {
    const ended = await runKedge(['model', 'inspect', at('none.onnx')])
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stderr).toContain(`cannot read ${at('none.onnx')}`)
  })
})

describe('kedge model wrap', () => {
  it.skipIf(dataMissing)('has a real model take pictures of any size and name them', async () => {
    const mean = ['--mean', '0.485,0.456,0.406', '--std', '0.229,0.224,0.225']
    const labels = ['--labels', at('names.txt'), '--softmax', '--out', at('wrapped.onnx')]
    const file = model('mobilenet_v3/model.onnx')
    const ended = await runKedge(['model', 'wrap', file, '--image', ...mean, ...labels])
    expect(ended.stderr).toBe('')
    expect(ended.stdout).toMatch(/takes +raw_image +uint8 +\[height, width, channels\]/)
    const session = await ort.InferenceSession.create(await readFile(at('wrapped.onnx')))
    const size = [30, 50, 4]
    const pixels = new ort.Tensor('uint8', new Uint8Array(30 * 50 * 4).fill(80), size)
    const { label, confidence } = await session.run({ raw_image: pixels })
    expect(label!.data[0]).toMatch(/^class \d+$/)
    expect(confidence!.data[0]).toBeLessThanOrEqual(1)
  })

  it.skipIf(dataMissing)('says what to do where steps do not fit the model', async () => {
    const out = ['--out', at('none.onnx')]
    const old = model('squeezenet/SqueezeNet_fp16.onnx')
    const refused = await runKedge(['model', 'wrap', old, '--image', ...out])
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.stderr).toContain('opset 7')
    const several = await runKedge(['model', 'wrap', model('dtln/model_1.onnx'), '--image', ...out])
    expect(several.stderr).toContain('say with --input which of them')
  })
})
