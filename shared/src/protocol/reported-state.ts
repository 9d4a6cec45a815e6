import { z } from 'zod'
import { releaseRefSchema } from '../model/release.js'
import {
  countSchema,
  deviceIdSchema,
  hardwareClassSchema,
  modelNameSchema,
  timestampSchema,
} from '../util/scalars.js'

export const deploymentStates = [
  'resolving',
  'downloading',
  'verifying',
  'probing',
  'switching',
  'active',
  'failed',
] as const
export type DeploymentState = (typeof deploymentStates)[number]

export const problemSchema = z.object({
  code: z.string().max(64),
  message: z.string().max(2_000),
})
export type Problem = z.infer<typeof problemSchema>

export const reportedDeploymentSchema = z.object({
  release: releaseRefSchema,
  rollout: z.string().max(64),
  attempt: countSchema,
  state: z.enum(deploymentStates),
  since: timestampSchema,
  /** Bytes that had to be transferred, and those that have arrived. */
  progress: z.object({ done: countSchema, total: countSchema }).optional(),
  /** Why it failed, or what it is waiting for. */
  reason: problemSchema.optional(),
})
export type ReportedDeployment = z.infer<typeof reportedDeploymentSchema>

export const reportedSlotSchema = z.object({
  running: z
    .object({
      release: releaseRefSchema,
      since: timestampSchema,
      provider: z.string().max(32),
      variant: z.string().max(64),
    })
    .optional(),
  deployment: reportedDeploymentSchema.optional(),
})
export type ReportedSlot = z.infer<typeof reportedSlotSchema>

export const capabilitiesSchema = z.object({
  runtime: z.string().max(64),
  os: z.string().max(64),
  arch: z.string().max(32),
  /** What it takes itself for; releases may be made for some classes only. */
  class: hardwareClassSchema.optional(),
  cores: countSchema,
  memoryBytes: countSchema.optional(),
  providers: z.array(z.string().max(32)).max(16),
  engine: z.object({ name: z.string().max(64), version: z.string().max(64) }),
})
export type Capabilities = z.infer<typeof capabilitiesSchema>

/** How the time that a device judges expiry by comes about, where its clock may be wrong. */
export const reportedClockSchema = z.object({
  /** Trusted time less the time of the device's own clock, in ms. */
  offset: z.number().int(),
  /** Its own clock, the fleet's answer to its question, or the newest time that somebody signed. */
  source: z.enum(['system', 'fleet', 'signed']),
})
export type ReportedClock = z.infer<typeof reportedClockSchema>

/** What a device says of itself: complete each time, so a lost one costs nothing. */
export const reportedStateSchema = z.object({
  v: z.literal(1),
  device: deviceIdSchema,
  at: timestampSchema,
  bootedAt: timestampSchema,
  agent: z.object({ name: z.string().max(64), version: z.string().max(64) }),
  /** `seq` of the desired state it is working to; 0 before the first. */
  seqApplied: countSchema,
  /** Version of the root metadata that it trusts. */
  rootVersion: countSchema,
  /** What it goes by has expired: it infers on, and changes nothing before it hears anew. */
  stale: z.boolean(),
  /** When the first of it expired; absent where nothing has. */
  staleSince: timestampSchema.optional(),
  clock: reportedClockSchema,
  capabilities: capabilitiesSchema,
  storage: z.object({ usedBytes: countSchema, freeBytes: countSchema }),
  slots: z.record(modelNameSchema, reportedSlotSchema),
  /** What is wrong with the device itself, not with one deployment. */
  problems: z.array(problemSchema).max(32),
})
export type ReportedState = z.infer<typeof reportedStateSchema>

/**
 * Whether there is a connection. Unsigned, for the broker says it of those who can no longer speak:
 * it is shown to people, and nothing is decided by it.
 */
export const presenceSchema = z.object({ v: z.literal(1), state: z.enum(['online', 'offline']) })
export type Presence = z.infer<typeof presenceSchema>
