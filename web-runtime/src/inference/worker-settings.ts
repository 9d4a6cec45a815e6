import { z } from 'zod'

/** The first message a worker gets. */
export const workerSettingsSchema = z.object({
  kind: z.literal('settings'),
  threads: z.number().int().min(1).max(64),
  /** Where the WebAssembly file lies, when it is not beside the script. */
  wasmUrl: z.string().optional(),
})
export type WorkerSettings = z.infer<typeof workerSettingsSchema>
