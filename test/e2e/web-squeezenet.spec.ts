import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { fromHalf, toHalf } from '@kedge/shared/model/half'
import { readTensorProto } from '../../fleet-server/src/models/read-tensor-proto.js'
import { dataDir, dataMissing, readData } from '../support/data.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import type { Fleet } from './support/fleet.js'
import { openFleetPage, test } from './support/fleet-page.js'
import type {} from './pages/rooms.js'

const program = path.resolve(import.meta.dirname, '../../fleet-server/dist/cli/main.js')

async function kedge(fleet: Fleet, ...args: string[]): Promise<void> {
  const env = { ...process.env, KEDGE_URL: fleet.url, KEDGE_TOKEN: fleet.access.adminToken }
  await promisify(execFile)(process.execPath, [program, ...args], { env })
}

const golden = async (what: 'input' | 'output') => {
  const file = `models/squeezenet/test_data_set_0/test_data_0_${what}.pb`
  return readTensorProto(await readData(file)).tensor.data as Float32Array
}

test('SqueezeNet arrives in the browser and answers the golden input within 1.5e-4', async ({
  page,
  fleet,
}) => {
  test.skip(dataMissing !== undefined, dataMissing)
  test.slow()
  await using folder = await temporaryFolder()
  const key = path.join(folder.path, 'publisher.json')
  const model = path.join(dataDir, 'models/squeezenet/SqueezeNet_fp16.onnx')
  await kedge(fleet, 'key', 'create', '--name', 'test', '--out', key)
  await kedge(fleet, 'model', 'push', model, '--name', 'squeezenet', '--key', key)
  await fleet.rollOut('squeezenet', '1.0.0')
  await openFleetPage(page, fleet.url)

  // The golden tensors are those of the float32 original; this file takes and gives float16.
  const input = Array.from(await golden('input'), toHalf)
  const bits = await page.evaluate(async (input) => {
    const runtime = await rooms.createRuntime()
    const model = await runtime.model('squeezenet')
    const data = Uint16Array.from(input)
    const { outputs } = await model.run({
      data_0: { dtype: 'float16', shape: [1, 3, 224, 224], data },
    })
    return Array.from(outputs['softmaxout_1']!.data as Uint16Array)
  }, input)

  const scores = bits.map(fromHalf)
  const expected = Array.from(await golden('output'))
  const differences = scores.map((score, i) => Math.abs(score - expected[i]!))
  expect(Math.max(...differences)).toBeLessThanOrEqual(1.5e-4)
  const ranked = scores.map((score, i) => [score, i] as const).sort(([a], [b]) => b - a)
  expect(ranked.slice(0, 5).map(([, i]) => i)).toEqual([111, 591, 700, 669, 549])
})
