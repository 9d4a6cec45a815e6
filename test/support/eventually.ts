import { setTimeout as delay } from 'node:timers/promises'

/** Waits for what other threads are still computing; the limit is only there to end a broken test. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what = 'what was waited for',
): Promise<void> {
  const giveUp = Date.now() + 15_000
  while (!(await isSo())) {
    if (Date.now() > giveUp) throw new Error(`${what} did not come about`)
    await delay(1)
  }
}
