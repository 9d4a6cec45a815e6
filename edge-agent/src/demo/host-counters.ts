/** Running totals of a host, as its kernel counts them. */
export interface HostCounters {
  readonly cpuBusy: number
  readonly cpuTotal: number
  readonly networkBytes: number
  readonly diskBytes: number
  /** Share of the memory in use, 0 to 1. */
  readonly memory: number
}

/** `proc(5)`: the first line of /proc/stat, in clock ticks; the fourth and fifth number are idle. */
export function parseCpu(stat: string): { busy: number; total: number } {
  const [, ...ticks] = (stat.split('\n')[0] ?? '').trim().split(/\s+/).map(Number)
  // Guest time, from the ninth on, is part of user time already.
  const total = ticks.slice(0, 8).reduce((sum, value) => sum + value, 0)
  return { busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), total }
}

export function parseMemory(meminfo: string): number {
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0)
  const total = kibibytes('MemTotal')
  return total === 0 ? 0 : 1 - kibibytes('MemAvailable') / total
}

/** Bytes received and sent by every interface of /proc/net/dev but loopback. */
export function parseNetwork(dev: string): number {
  let bytes = 0
  for (const line of dev.split('\n')) {
    const [name, numbers] = line.split(':')
    if (numbers === undefined || name?.trim() === 'lo') continue
    const counts = numbers.trim().split(/\s+/).map(Number)
    bytes += (counts[0] ?? 0) + (counts[8] ?? 0)
  }
  return bytes
}

const sectorBytes = 512
/** Not what lies on other disks (loop, ram, dm, md), and not their partitions. */
const wholeDisk = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/

/** Bytes read and written, from /proc/diskstats. */
export function parseDisk(diskstats: string): number {
  let sectors = 0
  for (const line of diskstats.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (wholeDisk.test(fields[2] ?? '')) sectors += Number(fields[5]) + Number(fields[9])
  }
  return sectors * sectorBytes
}
