import { describe, expect, it } from 'vitest'
import { fromHalf, toHalf } from '@kedge/shared/model/half'
import { readTensorProto } from '../../../fleet-server/src/models/read-tensor-proto.js'
import { dataMissing, readData } from '../../support/data.js'
import { TestFleet } from './test-fleet.js'

const title = dataMissing === undefined ? '' : ` (skipped: ${dataMissing})`

const golden = async (what: 'input' | 'output') => {
  const file = `models/squeezenet/test_data_set_0/test_data_0_${what}.pb`
  return readTensorProto(await readData(file)).tensor.data as Float32Array
}

describe.skipIf(dataMissing !== undefined)(`SqueezeNet on an agent${title}`, () => {
  it('arrives over MQTT and answers the golden input within 1.5e-4', async () => {
    await using fleet = await TestFleet.create()
    const model = await readData('models/squeezenet/SqueezeNet_fp16.onnx')
    await fleet.push(model, { name: 'squeezenet', version: '1.0.0' })
    await fleet.rollOut('squeezenet', '1.0.0')
    const agent = await fleet.startAgent({ data: await fleet.enrol('agent') })
    await agent.model('squeezenet').ready(AbortSignal.timeout(45_000))

    // The golden tensors are those of the float32 original; this file takes and gives float16.
    const data = Uint16Array.from(await golden('input'), toHalf)
    const { outputs } = await agent
      .model('squeezenet')
      .run({ data_0: { dtype: 'float16', shape: [1, 3, 224, 224], data } })
    const scores = Array.from(outputs['softmaxout_1']!.data as Uint16Array, fromHalf)
    const expected = Array.from(await golden('output'))
    const differences = scores.map((score, i) => Math.abs(score - expected[i]!))
    expect(Math.max(...differences)).toBeLessThanOrEqual(1.5e-4)
    const topFive = scores.map((score, i) => [score, i] as const).sort(([a], [b]) => b - a)
    expect(topFive.slice(0, 5).map(([, i]) => i)).toEqual([111, 591, 700, 669, 549])
  })
})
