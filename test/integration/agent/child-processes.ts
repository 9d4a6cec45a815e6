import { readdir, readFile } from 'node:fs/promises'

/** Runner processes that a process has started, as Linux lists them. */
export async function runnersOf(parent: number): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    )
    // The second field is the command's name in parentheses, which may hold anything.
    const ppid = Number(stat?.split(') ').at(-1)?.split(' ')[1])
    if (ppid === parent && command?.includes('inference/runner.js')) found.push(Number(name))
  }
  return found
}

/** A zombie counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const state = stat.split(') ').at(-1)?.split(' ')[0]
  return state !== undefined && state !== '' && state !== 'Z'
}
