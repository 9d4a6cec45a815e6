import { readFile } from 'node:fs/promises'
import os from 'node:os'
import type { HostSample } from '@kedge/shared/demo/load-forecaster/host-sample'
import type { Clock } from '@kedge/shared/util/clock'
import {
  parseCpu,
  parseDisk,
  parseMemory,
  parseNetwork,
  type HostCounters,
} from './host-counters.js'

/** Turns the kernel's running totals into what happened since the last sample. */
export class HostSampler {
  readonly #clock: Clock
  readonly #read: () => Promise<HostCounters>
  #before: { readonly at: number; readonly counters: HostCounters } | undefined

  constructor(clock: Clock, read: () => Promise<HostCounters> = readCounters) {
    this.#clock = clock
    this.#read = read
  }

  /** Undefined the first time, when there is nothing to compare with. */
  async sample(): Promise<HostSample | undefined> {
    const at = this.#clock.now()
    const counters = await this.#read()
    const before = this.#before
    this.#before = { at, counters }
    if (before === undefined || at <= before.at) return undefined
    const seconds = (at - before.at) / 1000
    const ticks = counters.cpuTotal - before.counters.cpuTotal
    const busy = counters.cpuBusy - before.counters.cpuBusy
    return {
      at,
      cpu: ticks <= 0 ? 0 : Math.min(1, Math.max(0, busy / ticks)),
      memory: counters.memory,
      // An interface or disk that was unplugged takes its count with it.
      network: Math.max(0, counters.networkBytes - before.counters.networkBytes) / seconds,
      disk: Math.max(0, counters.diskBytes - before.counters.diskBytes) / seconds,
    }
  }
}

async function readCounters(): Promise<HostCounters> {
  const [stat, meminfo, dev, diskstats] = await Promise.all(
    ['stat', 'meminfo', 'net/dev', 'diskstats'].map(readProc),
  )
  if (!stat) return countersOfNode()
  const { busy, total } = parseCpu(stat)
  return {
    cpuBusy: busy,
    cpuTotal: total,
    memory: meminfo ? parseMemory(meminfo) : memoryOfNode(),
    networkBytes: parseNetwork(dev ?? ''),
    diskBytes: parseDisk(diskstats ?? ''),
  }
}

/** Empty where there is no such file, as on macOS, or in a container that hides it. */
const readProc = (name: string): Promise<string> =>
  readFile(`/proc/${name}`, 'utf8').catch(() => '')

/** Node tells nothing of network and disk. */
function countersOfNode(): HostCounters {
  let idle = 0
  let total = 0
  for (const { times } of os.cpus()) {
    idle += times.idle
    total += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return {
    cpuBusy: total - idle,
    cpuTotal: total,
    memory: memoryOfNode(),
    networkBytes: 0,
    diskBytes: 0,
  }
}

const memoryOfNode = () => 1 - os.freemem() / os.totalmem()
