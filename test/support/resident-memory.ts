import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'

/** Why the memory of another process cannot be read; undefined on Linux. */
export const procMissing = existsSync('/proc/self/status') ? undefined : 'needs /proc, as Linux has'

/** What a process keeps in memory now, and the most it kept since `forgetPeak`; in bytes. */
export async function residentMemory(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  return { now: read('VmRSS'), peak: read('VmHWM') }
}

/** Makes the peak what is resident now (proc(5), clear_refs). */
export const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5')
