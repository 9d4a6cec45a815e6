import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import { topics } from '@kedge/shared/protocol/topics'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'
import { eventually } from '../../../support/eventually.js'
import { settle } from '../../../support/manual-clock.js'
import { MemoryFleet, type House, type LoadOptions } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'

let fleet: MemoryFleet
let house: House
let device: Device
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  house = fleet.house()
  device = await house.start()
  await deploy(2)
})
afterEach(async () => {
  await device[Symbol.asyncDispose]()
})

async function deploy(factor: number, options: LoadOptions = {}): Promise<void> {
  await fleet.desire({ scale: await fleet.release(factor, options) })
  const version = `${factor}.0.0`
  await eventually(() => device.model('scale').version?.release.version === version)
}

const batches = () => fleet.broker.documents('telemetry')
const sentSeqs = () => batches().map(({ windows }) => windows.map(({ seq }) => seq))
const ack = (upTo: number, stream = house.telemetry.stream) =>
  fleet.broker.publish(topics.ack('d-1'), { v: 1, stream, upTo })
const run = () => device.run('scale', inputs)

async function countOne(): Promise<void> {
  await run()
  await device.flush()
}

describe('telemetry of a device', () => {
  it('leaves once a window, and is forgotten when the server has stored it', async () => {
    await run()
    await fleet.clock.advance(60_000)
    await eventually(() => batches().length === 1)
    expect(batches()[0]).toMatchObject({
      stream: house.telemetry.stream,
      windows: [{ seq: 1, model: 'scale', version: '2.0.0', count: 1, provider: 'cpu' }],
    })
    expect(house.telemetry.windows).toHaveLength(1)
    ack(1)
    await eventually(() => house.telemetry.windows.length === 0)
    await fleet.clock.advance(600_000)
    expect(batches()).toHaveLength(1)
  })

  it('is sent again when nobody acknowledges it, and not before its time', async () => {
    await countOne()
    await countOne()
    expect(sentSeqs()).toEqual([[1], [2]])
    await fleet.clock.advance(21_000)
    await device.flush()
    expect(sentSeqs().at(-1)).toEqual([1, 2])
    ack(1)
    await eventually(() => house.telemetry.windows.length === 1)
    await fleet.clock.advance(21_000)
    await device.flush()
    expect(sentSeqs().at(-1)).toEqual([2])
  })

  it('is sent again at every new connection', async () => {
    await countOne()
    house.link.setOnline(false)
    house.link.setOnline(true)
    await eventually(() => batches().length === 2)
    expect(sentSeqs()).toEqual([[1], [1]])
  })

  it('waits on the device while there is no connection, all of it', async () => {
    house.link.setOnline(false)
    for (let i = 0; i < 100; i++) await countOne()
    expect(batches()).toEqual([])
    house.link.setOnline(true)
    await eventually(() => sentSeqs().flat().length === 100)
    expect(sentSeqs().flat()).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  })

  it('is not forgotten for an acknowledgement of another stream', async () => {
    await countOne()
    ack(1, 'fedcba9876543210')
    await settle()
    expect(house.telemetry.windows).toHaveLength(1)
  })

  it('is not forgotten before it was sent, whatever is acknowledged', async () => {
    await countOne()
    await house.telemetry.append(house.telemetry.windows[0]!)
    ack(1_000_000)
    await eventually(() => house.telemetry.windows.length < 2)
    await settle()
    expect(house.telemetry.windows.map(({ seq }) => seq)).toEqual([2])
  })

  it('fits a message, however much was counted', async () => {
    const window: TelemetryWindow = {
      model: 'scale',
      version: '2.0.0',
      release: 'a'.repeat(64),
      provider: 'cpu',
      from: 0,
      to: 1,
      count: 1,
      errors: {},
      latency: [],
      outputs: {},
      inputs: Object.fromEntries(
        ['a', 'b'].map((name) => [
          name,
          Array.from({ length: 512 }, () => new Array<number>(64).fill(2 ** 31)),
        ]),
      ),
    }
    for (let i = 0; i < 3; i++) await house.telemetry.append(window)
    await countOne()
    expect(sentSeqs().flat()).toEqual([1, 2, 3, 4])
    for (const { path, payload } of fleet.broker.received) {
      if (path.endsWith('telemetry')) {
        expect(payload.length).toBeLessThanOrEqual(topicMap.telemetry.maxBytes)
      }
    }
  })

  it('counts what an old version did until it ended', async () => {
    await run()
    await deploy(3)
    await eventually(() => house.inference.alive.length === 1)
    await run()
    await device.flush()
    const windows = house.telemetry.windows.map(({ version, count }) => [version, count])
    expect(windows.sort()).toEqual([
      ['2.0.0', 1],
      ['3.0.0', 1],
    ])
  })

  it('leaves before the device stops', async () => {
    await run()
    await device[Symbol.asyncDispose]()
    expect(batches().map(({ windows }) => windows[0]!.count)).toEqual([1])
    expect(fleet.broker.documents('presence').at(-1)).toEqual({ v: 1, state: 'offline' })
    house = fleet.house({ models: house.models, state: house.state, telemetry: house.telemetry })
    device = await house.start()
  })

  it('counts failed runs by their code', async () => {
    await expect(device.run('scale', {})).rejects.toMatchObject({ code: 'tensor-mismatch' })
    await device.flush()
    expect(house.telemetry.windows[0]).toMatchObject({ errors: { 'tensor-mismatch': 1 } })
  })
})

describe('a late label', () => {
  it('counts for the version that made the prediction', async () => {
    const before = await run()
    await deploy(3)
    await eventually(() => house.inference.alive.length === 1)
    const after = await run()
    expect(await device.feedback('scale', before.id, 'four')).toBe(true)
    expect(await device.feedback('scale', after.id, 'one')).toBe(true)
    expect(await device.feedback('scale', before.id, 'four')).toBe(false)
    await device.flush()
    const scores = house.telemetry.windows.flatMap(({ version, score }) =>
      score?.kind === 'classes' ? [[version, score.count, score.correct]] : [],
    )
    expect(scores.sort()).toEqual([
      ['2.0.0', 1, 1],
      ['3.0.0', 1, 0],
    ])
  })

  it('may be one that the new version does not have', async () => {
    const { id } = await run()
    await deploy(3, { labels: ['a', 'b', 'c', 'd'] })
    await eventually(() => house.inference.alive.length === 1)
    expect(await device.feedback('scale', id, 'four')).toBe(true)
    await expect(device.feedback('scale', (await run()).id, 'four')).rejects.toMatchObject({
      code: 'usage',
    })
  })

  it('is taken while the old version still ends its last calls', async () => {
    const { id } = await run()
    let release!: () => void
    house.inference.started[0]!.gate = new Promise((resolve) => (release = resolve))
    const slow = run()
    await deploy(3)
    expect(await device.feedback('scale', id, 'four')).toBe(true)
    release()
    const late = await slow
    await eventually(() => house.inference.alive.length === 1)
    expect(await device.feedback('scale', late.id, 'four')).toBe(true)
  })

  it('for a prediction of an hour ago is too late', async () => {
    const { id } = await run()
    await deploy(3)
    await eventually(() => house.inference.alive.length === 1)
    await fleet.clock.advance(3_700_000)
    expect(await device.feedback('scale', id, 'four')).toBe(false)
  })

  it('for a prediction nobody made is none', async () => {
    expect(await device.feedback('scale', 'run0-999', 'four')).toBe(false)
    expect(await device.feedback('nothing', 'run0-1', 'four')).toBe(false)
  })
})
