import { z } from 'zod'
import { desiredSlotSchema } from '@kedge/shared/protocol/desired-state'
import { deviceKindSchema } from '@kedge/shared/protocol/enrolment'
import { reportSchema } from '@kedge/shared/protocol/report'
import { presenceSchema, problemSchema } from '@kedge/shared/protocol/reported-state'
import {
  countSchema,
  deviceIdSchema,
  labelsSchema,
  modelNameSchema,
  timestampSchema,
  type Labels,
} from '@kedge/shared/util/scalars'

/** A member of the fleet: what it is to be (`desired`) and what it says it is (`reported`). */
export const deviceSchema = z.object({
  id: deviceIdSchema,
  kind: deviceKindSchema,
  presence: presenceSchema.shape.state,
  presenceSince: timestampSchema,
  labels: labelsSchema,
  enrolledAt: timestampSchema,
  /** Raw Ed25519 key in base64, by which anybody can check its reports. */
  publicKey: z.string(),
  /** When its last message came; null before the first. */
  lastSeen: timestampSchema.nullable(),
  /** What is wrong with it that it would not say itself; null when nothing is. */
  alarm: problemSchema.extend({ since: timestampSchema }).nullable(),
  desired: z
    .object({
      seq: countSchema,
      issuedAt: timestampSchema,
      slots: z.record(modelNameSchema, desiredSlotSchema),
    })
    .nullable(),
  /** The last of its reports that counted. */
  reported: reportSchema.nullable(),
})
export type Device = z.infer<typeof deviceSchema>

/** Of a device that is quarantined. */
export const cloneAlarm = (since: number): NonNullable<Device['alarm']> => ({
  code: 'device-cloned',
  message:
    'More than one machine reports with the key of this device, so its reports do not count. ' +
    'Revoke it, and enrol each machine with an empty data folder.',
  since,
})

/** Labels that follow from what a device is; nobody sets them. */
export const impliedLabels = ['kind', 'id'] as const

/** What a selector sees: the operator's labels and the implied ones. */
export const selectableLabels = (device: Pick<Device, 'id' | 'kind' | 'labels'>): Labels => ({
  ...device.labels,
  kind: device.kind,
  id: device.id,
})

/** Labels an operator or a device may set. */
export const ownLabelsSchema = labelsSchema.refine(
  (labels) => impliedLabels.every((name) => !(name in labels)),
  `the labels ${impliedLabels.join(' and ')} are given by Kedge`,
)

/** Why a device runs what it runs, one line a model, in words. */
export const explanationSchema = z.object({
  device: deviceIdSchema,
  items: z.array(
    z.object({
      slot: modelNameSchema,
      verdict: z.enum(['as-desired', 'working', 'blocked', 'not-targeted']),
      says: z.string(),
    }),
  ),
})
export type Explanation = z.infer<typeof explanationSchema>
