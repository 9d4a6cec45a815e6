import { PassThrough } from 'node:stream'
import { Ms } from '@kedge/shared/util/units'
import { describe, expect, it } from 'vitest'
import { TokenBuckets } from '../../../../fleet-server/src/broker/token-buckets.js'
import { Visitor } from '../../../../fleet-server/src/broker/visitor.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { connectBytes, publishBytes } from '../../../support/mqtt-bytes.js'

function visit() {
  const clock = new ManualClock()
  const connection = new PassThrough()
  const errors: Error[] = []
  connection.on('error', (error) => errors.push(error))
  const visitor = new Visitor({
    connection,
    place: { admitted: () => undefined, leave: () => undefined },
    limits: { floodPatience: Ms(1_000) },
    work: new TokenBuckets({ perSecond: 1_000, burst: 100_000 }, clock),
    now: () => clock.monotonic(),
    onThrottled: () => undefined,
  })
  const come = (bytes: Buffer) => {
    connection.write(bytes)
    connection.read()
  }
  come(connectBytes('d-1', 'password'))
  visitor.admit('d-1')
  const pace = async (seconds: number) => {
    await clock.advance(seconds * 1_000)
    visitor.checkPace()
    await new Promise(setImmediate)
    return errors.map((error) => (error as { reason?: string }).reason)
  }
  return { come, pace }
}

const message = publishBytes('t', Buffer.alloc(100_000))

describe('a packet on its way', () => {
  it('ends its connection when it takes too long', async () => {
    const { come, pace } = visit()
    come(message.subarray(0, 1))
    expect(await pace(30)).toEqual([])
    expect(await pace(1)).toEqual(['slow'])
  })

  it('may take a second longer for each KiB that comes', async () => {
    const { come, pace } = visit()
    come(message.subarray(0, 10))
    come(message.subarray(10, 10 + 60 * 1024))
    expect(await pace(89)).toEqual([])
    expect(await pace(2)).toEqual(['slow'])
  })

  it('may take its time again when it is another', async () => {
    const { come, pace } = visit()
    come(message.subarray(0, 1_000))
    expect(await pace(25)).toEqual([])
    come(Buffer.concat([message.subarray(1_000), message.subarray(0, 1_000)]))
    expect(await pace(25)).toEqual([])
    expect(await pace(10)).toEqual(['slow'])
  })

  it('is none between two', async () => {
    const { come, pace } = visit()
    come(message)
    expect(await pace(10_000)).toEqual([])
  })
})
