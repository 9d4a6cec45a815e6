import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { timestampSchema } from '@kedge/shared/util/scalars'
import type { DataLayout } from './data-layout.js'
import { writeFileAtomic } from './write-atomic.js'

const processSchema = z.object({
  pid: z.number().int(),
  startedAt: timestampSchema,
  /** Address of the local interface; absent when it has none. */
  url: z.url().optional(),
})

/** How to reach the agent that runs on a data folder. */
export type AgentProcess = z.infer<typeof processSchema>

/** Says where this agent is, until the result is disposed. */
export async function announceProcess(
  layout: DataLayout,
  announced: AgentProcess,
): Promise<AsyncDisposable> {
  await writeFileAtomic(layout.process, encodeUtf8(`${JSON.stringify(announced)}\n`))
  return { [Symbol.asyncDispose]: () => rm(layout.process, { force: true }) }
}

/** What the last agent said; it may have been killed since. Undefined when none did. */
export async function findProcess(layout: DataLayout): Promise<AgentProcess | undefined> {
  try {
    return processSchema.parse(JSON.parse(await readFile(layout.process, 'utf8')))
  } catch {
    return undefined
  }
}
