import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { dataDir, dataMissing } from '../../support/data.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/cli/main.js')
const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let key: string

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function kedge(...args: string[]): Promise<Ended> {
  const env = { ...process.env, KEDGE_URL: server.url, KEDGE_TOKEN: server.adminToken }
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], { env })) }
  } catch (error) {
    return error as Ended
  }
}

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const at = path.join(folder.path, name)
  await writeFile(at, content)
  return at
}

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(path.join(folder.path, 'data'))
  key = path.join(folder.path, 'key.json')
  await kedge('key', 'create', '--out', key, '--name', 'ann')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const push = (model: string, name: string, ...flags: string[]) =>
  kedge('model', 'push', model, '--name', name, '--key', key, ...flags)

describe('kedge', () => {
  it('pushes a model, registers its key, and counts the version up', async () => {
    const model = await file('net.onnx', syntheticModel({ widths: [8, 8] }))
    const first = await push(model, 'net')
    expect(first).toMatchObject({ code: 0 })
    expect(first.stdout).toMatch(/^net@1\.0\.0: /)
    expect(first.stderr).toContain('added ann')
    expect((await push(model, 'net', '--json')).stdout).toContain('"version": "1.0.1"')
    const { stdout } = await kedge('model', 'ls', 'net')
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'VERSION',
      '1.0.1',
      '1.0.0',
      '',
    ])
  })

  it('refuses a model before anything is uploaded, and says why', async () => {
    const graph = new GraphBuilder('odd')
    const x = graph.input('x', 'float32', [1, 3])
    graph.output(graph.node('Conv', [x, x]), { name: 'y', dtype: 'float32', shape: [1] })
    const unloadable = await file('unloadable.onnx', graph.toModel())
    const refused = await push(unloadable, 'odd')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/ONNX Runtime cannot (load|run) the model: .*Conv/i)

    const whole = syntheticModel({ widths: [8, 8] })
    const truncated = await file('cut.onnx', whole.subarray(0, whole.length - 40))
    expect((await push(truncated, 'odd')).stderr).toContain('the file ends at byte')
    const text = await file('page.onnx', '<html>')
    expect((await push(text, 'odd')).stderr).toContain('web page')
    expect((await kedge('model', 'ls', '--json')).stdout).not.toContain('odd')
  })

  it('refuses a model whose outputs here are not the golden ones', async () => {
    const graph = new GraphBuilder('same')
    const x = graph.input('x', 'float32', [1, 2])
    graph.output(graph.node('Neg', [x]), { name: 'y', dtype: 'float32', shape: [1, 2] })
    const model = await file('neg.onnx', graph.toModel())
    const wrong = await file('wrong.json', '[{"inputs":{"x":[[1,2]]},"outputs":{"y":[[1,2]]}}]')
    const refused = await push(model, 'neg', '--golden', wrong)
    expect(refused.stderr).toContain('output "y" is -1 instead of 1 at element 0')
    const right = await file('right.json', '[{"inputs":{"x":[[1,2]]}}]')
    const pushed = await push(model, 'neg', '--golden', right, '--json')
    expect(JSON.parse(pushed.stdout)).toMatchObject({
      manifest: { golden: { file: 'golden.cbor' } },
    })
  })

  it.skipIf(dataMissing)('takes ONNX test data for golden samples', async () => {
    const folderOfModel = path.join(dataDir, 'models/mnist')
    const model = path.join(folderOfModel, 'mnist.onnx')
    const flags = ['--golden', folderOfModel, '--tolerance', '1e-3,1e-3', '--predicts', 'classes']
    expect(await push(model, 'mnist', ...flags)).toMatchObject({ code: 0 })
  })

  it('leaves with 2 when it is called wrongly and with 1 when it fails', async () => {
    expect((await kedge('model', 'push')).code).toBe(2)
    expect((await kedge('rollout', 'create', '--model', 'net', '--select', '*')).code).toBe(2)
    expect((await kedge('rollout', 'create', '--model', 'net@1.0.0', '--select', '!!')).code).toBe(
      2,
    )
    expect((await kedge('device', 'show', 'd-none')).code).toBe(1)
    const nowhere = await kedge('device', 'ls', '--url', 'http://127.0.0.1:9')
    expect(nowhere).toMatchObject({ code: 1 })
    expect(nowhere.stderr).toContain('cannot reach the fleet server')
  })

  it('makes tokens that it never shows again', async () => {
    const made = await kedge('token', 'create', '--label', 'site=berlin', '--uses', '2')
    expect(made.stdout).toMatch(/^ket_\S+\n$/)
    const { stdout } = await kedge('token', 'ls')
    expect(stdout).toContain('site=berlin')
    expect(stdout).not.toContain('ket_')
  })
})
