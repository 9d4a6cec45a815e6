import { readFileSync } from 'node:fs'

/** Starts watching; the result tells the share of CPU time that was idle since (proc(5), /proc/stat). */
export function idleShare(): () => number {
  const before = readTicks()
  return () => {
    const after = readTicks()
    return (after.idle - before.idle) / (after.all - before.all)
  }
}

const pause = 300

/** The share of CPU time that nobody uses at the moment. */
export async function idleNow(): Promise<number> {
  const share = idleShare()
  await new Promise((resolve) => setTimeout(resolve, pause))
  return share()
}

function readTicks(): { idle: number; all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const ticks = line.split(/\s+/).slice(1, 9).map(Number)
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), all: ticks.reduce((a, b) => a + b, 0) }
}
