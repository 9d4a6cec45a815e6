import type { Context } from 'hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { validator } from 'hono-openapi'
import {
  challengeSchema,
  enrolmentRequestSchema,
  enrolmentSchema,
  waitingSchema,
} from '@kedge/shared/protocol/enrolment'
import { entryOf } from '../accounts/record-visit.js'
import type { ServerContext } from '../context.js'
import { enrolDevice, type EnrolmentOutcome } from '../devices/enrol-device.js'
import { addressOf } from './address.js'
import { describe, refuseInvalid } from './describe.js'
import { limitRate } from './limit-rate.js'
import { originOf } from './origin.js'
import { visitOf } from './visitor.js'

const tag = 'Enrolment'
/** A device enrols once in its life, but many may stand behind one address; each asks twice. */
const requestsPerMinute = 2_400

/**
 * Pages of any origin may ask: no cookie counts here, and whom a page is let in for is checked by its
 * origin or its token.
 */
export const openEnrolment = cors({
  origin: '*',
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['content-type'],
  maxAge: 3_600,
})

/** What devices and pages ask that are not of the fleet yet. */
export const enrolRoutes = (context: ServerContext) => {
  const limit = limitRate(requestsPerMinute, context.clock)
  return new Hono()
    .get(
      '/enrol',
      describe({
        tag,
        summary: 'A nonce, to be signed by the key that wants to join',
        action: 'device',
        answer: challengeSchema,
      }),
      limit,
      (c) => {
        c.header('Cache-Control', 'no-store')
        return c.json({ nonce: context.challenges.issue(), fleet: context.trust.id })
      },
    )
    .post(
      '/enrol',
      describe({
        tag,
        summary: 'A key becomes a device of the fleet, or waits to be approved (202)',
        action: 'device',
        // A device that waits asks again and again; only what changes something is kept.
        records: null,
        answer: enrolmentSchema.or(waitingSchema),
      }),
      limit,
      validator('json', enrolmentRequestSchema, refuseInvalid),
      async (c) => {
        const outcome = await enrolDevice(context, c.req.valid('json'), {
          origin: originOf(c, context.config),
          page: c.req.header('origin'),
          address: addressOf(c),
        })
        if (outcome.isNew) await record(c, context, outcome)
        if (outcome.kind === 'enrolled') return c.json(outcome.enrolment, 200)
        return c.json({ device: outcome.device, waiting: true as const }, 202)
      },
    )
}

async function record(
  c: Context,
  { accounts }: Pick<ServerContext, 'accounts'>,
  { device, kind }: EnrolmentOutcome,
): Promise<void> {
  await accounts.audit.append({
    ...entryOf(visitOf(c), {
      action: kind === 'enrolled' ? 'device.enrol' : 'device.wait',
      object: `enrol/${device}`,
    }),
    // A device that enrols is nobody yet when it asks.
    actor: { kind: 'device', id: device, name: device },
    method: 'device-key',
  })
}
