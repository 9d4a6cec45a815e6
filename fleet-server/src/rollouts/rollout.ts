import { z } from 'zod'
import { deploymentStates, problemSchema } from '@kedge/shared/protocol/reported-state'
import {
  countSchema,
  deviceIdSchema,
  modelNameSchema,
  sha256Schema,
  timestampSchema,
  versionSchema,
} from '@kedge/shared/util/scalars'

/** What an operator has set. */
export const storedRolloutStates = ['running', 'paused', 'aborted'] as const
export type StoredRolloutState = (typeof storedRolloutStates)[number]

export const rolloutSchema = z.object({
  id: z.string(),
  name: z.string(),
  model: modelNameSchema,
  version: versionSchema,
  release: sha256Schema,
  select: z.string(),
  /** `superseded`: a newer one decides for every device that this one selects. */
  state: z.enum([...storedRolloutStates, 'superseded']),
  createdAt: timestampSchema,
  /** Devices it decides for, by where they stand; `matched` is their sum. */
  counts: z.object({
    matched: countSchema,
    active: countSchema,
    working: countSchema,
    failed: countSchema,
    waiting: countSchema,
  }),
})
export type Rollout = z.infer<typeof rolloutSchema>

export const rolloutDeviceStates = [...deploymentStates, 'waiting'] as const

export const rolloutDeviceSchema = z.object({
  device: deviceIdSchema,
  presence: z.enum(['online', 'offline']),
  state: z.enum(rolloutDeviceStates),
  since: timestampSchema,
  reason: problemSchema.optional(),
  progress: z.object({ done: countSchema, total: countSchema }).optional(),
})
export type RolloutDevice = z.infer<typeof rolloutDeviceSchema>

export const rolloutRequestSchema = z.object({
  model: modelNameSchema,
  version: versionSchema,
  /** A label selector: `site=berlin, kind!=browser`; `*` is every device. */
  select: z.string().min(1).max(1_000),
  name: z.string().min(1).max(120).optional(),
})
export type RolloutRequest = z.infer<typeof rolloutRequestSchema>

/** What an operator can do to a rollout. */
export const rolloutActions = ['pause', 'resume', 'abort', 'retry'] as const
export type RolloutAction = (typeof rolloutActions)[number]
