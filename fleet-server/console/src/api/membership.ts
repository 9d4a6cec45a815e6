import { queryOptions } from '@tanstack/react-query'
import { answerTo } from './client.js'
import type { Device, Page } from './documents.js'

/** A device that has shown a token and a key, and waits for an operator's word. */
export interface WaitingDevice {
  readonly id: string
  readonly kind: Device['kind']
  readonly labels: Device['labels']
  /** The enrolment token it came with. */
  readonly token: string
  /** The network address it came from. */
  readonly address: string
  /** ms since the epoch. */
  readonly askedAt: number
}

/** As the API description calls them; servers that do not have them are offered nothing. */
export const membershipRoutes = {
  waiting: 'get /waiting-devices',
  approve: 'post /devices/{id}/approve',
  revoke: 'post /devices/{id}/revoke',
} as const

/** Those that wait; device events make it stale. */
export const waitingDevicesQuery = () =>
  queryOptions({
    queryKey: ['devices', 'waiting'],
    queryFn: async () => {
      const response = await answerTo(fetch('/api/v1/waiting-devices?limit=1000'))
      return ((await response.json()) as Page<WaitingDevice>).items
    },
    refetchInterval: 30_000,
  })

const judge = (id: string, verdict: 'approve' | 'reject' | 'revoke') =>
  answerTo(fetch(`/api/v1/devices/${encodeURIComponent(id)}/${verdict}`, { method: 'POST' }))

export const approveDevice = (id: string) => judge(id, 'approve')
export const rejectDevice = (id: string) => judge(id, 'reject')
export const revokeDevice = (id: string) => judge(id, 'revoke')
