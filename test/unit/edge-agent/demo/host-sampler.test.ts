import { describe, expect, it } from 'vitest'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import {
  parseCpu,
  parseDisk,
  parseMemory,
  parseNetwork,
} from '../../../../edge-agent/src/demo/host-counters.js'
import { HostSampler } from '../../../../edge-agent/src/demo/host-sampler.js'

describe('the counters of /proc', () => {
  it('count idle and waiting time as not busy, and guest time once', () => {
    const stat = 'cpu  100 10 50 800 20 5 5 10 40 0\ncpu0 1 1 1 1\n'
    expect(parseCpu(stat)).toEqual({ busy: 180, total: 1_000 })
  })

  it('count memory that could be had as free', () => {
    expect(parseMemory('MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable:   250 kB\n')).toBe(0.75)
  })

  it('leave loopback out', () => {
    const dev = [
      'Inter-|   Receive |  Transmit',
      ' face |bytes packets|bytes packets',
      '    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0',
      '  eth0:  70 1 0 0 0 0 0 0  30 1 0 0 0 0 0 0',
    ].join('\n')
    expect(parseNetwork(dev)).toBe(100)
  })

  it('count whole disks, not their partitions', () => {
    const line = (name: string) => `   8  0 ${name} 9 9 2 9 9 9 4 9 9 9 9`
    expect(parseDisk([line('sda'), line('sda1'), line('loop0')].join('\n'))).toBe(6 * 512)
  })
})

describe('host samples', () => {
  it('are what happened between two readings', async () => {
    let now = 1_000
    const readings = [
      { cpuBusy: 10, cpuTotal: 100, memory: 0.5, networkBytes: 0, diskBytes: 5_000 },
      { cpuBusy: 30, cpuTotal: 180, memory: 0.6, networkBytes: 4_000, diskBytes: 1_000 },
    ]
    const clock = { ...systemClock, now: () => Ms(now) }
    const sampler = new HostSampler(clock, () => Promise.resolve(readings.shift()!))
    expect(await sampler.sample()).toBeUndefined()
    now = 3_000
    const expected = { at: 3_000, cpu: 0.25, memory: 0.6, network: 2_000, disk: 0 }
    expect(await sampler.sample()).toEqual(expected)
  })

  it('come from this machine', async () => {
    const sampler = new HostSampler(systemClock)
    await sampler.sample()
    await systemClock.sleep(Ms(50))
    const sample = await sampler.sample()
    expect(sample?.cpu).toBeGreaterThanOrEqual(0)
    expect(sample?.cpu).toBeLessThanOrEqual(1)
    expect(sample?.memory).toBeGreaterThan(0)
  })
})
