import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { validator } from 'hono-openapi'
import {
  challengeSchema,
  enrolmentRequestSchema,
  enrolmentSchema,
  waitingSchema,
} from '@kedge/shared/protocol/enrolment'
import type { ServerContext } from '../context.js'
import { enrolDevice } from '../devices/enrol-device.js'
import { addressOf } from './address.js'
import { describe, refuseInvalid } from './describe.js'
import { JoiningRecord } from './joining-record.js'
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
        const record = new JoiningRecord(context.accounts.audit, visitOf(c))
        const visit = {
          origin: originOf(c, context.config),
          page: c.req.header('origin'),
          address: addressOf(c),
          announce: record.announce.bind(record),
        }
        const request = c.req.valid('json')
        const outcome = await record.around(() => enrolDevice(context, request, visit))
        if (outcome.kind === 'enrolled') return c.json(outcome.enrolment, 200)
        return c.json({ device: outcome.device, waiting: true as const }, 202)
      },
    )
}
