import { answerTo, api, bodyOf } from './client.js'
import type {
  Device,
  PublisherRequest,
  RolloutAction,
  RolloutRequest,
  TokenRequest,
} from './documents.js'

export const createRollout = (rollout: RolloutRequest) =>
  bodyOf(api.rollouts.$post({ json: rollout }))

export const changeRollout = (id: string, action: RolloutAction) =>
  bodyOf(api.rollouts[':id'][':action'].$post({ param: { id, action } }))

export const createEnrolmentToken = (token: TokenRequest) =>
  bodyOf(api['enrolment-tokens'].$post({ json: token }))

/** Takes a release back on every device. */
export const revokeRelease = (name: string, version: string, reason: string) =>
  bodyOf(
    api.models[':name'].releases[':version'].revoke.$post({
      param: { name, version },
      json: { reason },
    }),
  )

export const revokeEnrolmentToken = (id: string) =>
  answerTo(api['enrolment-tokens'][':id'].$delete({ param: { id } }))

export const addPublisher = (publisher: PublisherRequest) =>
  bodyOf(api.publishers.$post({ json: publisher }))

export const removePublisher = (id: string) =>
  answerTo(api.publishers[':id'].$delete({ param: { id } }))

/** Replaces all labels that an operator may set. */
export const labelDevice = (id: string, labels: Device['labels']) =>
  bodyOf(api.devices[':id'].$patch({ param: { id }, json: { labels } }))

export const removeDevice = (id: string) => answerTo(api.devices[':id'].$delete({ param: { id } }))
