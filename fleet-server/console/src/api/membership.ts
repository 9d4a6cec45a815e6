import { queryOptions } from '@tanstack/react-query'
import { answerTo, api, bodyOf } from './client.js'
import { everything, limit, paged, readAll } from './queries.js'

/** Devices that ask to join; device events make it stale. */
export const waitingDevicesQuery = () =>
  queryOptions({
    queryKey: ['devices', 'waiting'],
    queryFn: () => bodyOf(api['waiting-devices'].$get({ query: { limit: everything } })),
    refetchInterval: 30_000,
  })

const readBarred = (size: string) => (cursor: string) =>
  bodyOf(api['barred-devices'].$get({ query: { cursor, limit: size } }))

/** Devices whose keys may not join again. */
export const barredDevicesQuery = () => paged(['devices', 'barred'], readBarred(limit))

/** How a device stands that is no member: barred, waiting, or unknown. */
export const findOutsiderQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'outsider', id],
    queryFn: async () => {
      const barred = (await readAll(readBarred(everything))).find((one) => one.id === id)
      const waiting = await bodyOf(api['waiting-devices'].$get({ query: { limit: everything } }))
      return { barred, isWaiting: waiting.items.some((one) => one.id === id) }
    },
  })

export const approveDevice = (id: string) =>
  answerTo(api.devices[':id'].approve.$post({ param: { id } }))

export const rejectDevice = (id: string) =>
  answerTo(api.devices[':id'].reject.$post({ param: { id } }))

export const revokeDevice = (id: string) =>
  answerTo(api.devices[':id'].revoke.$post({ param: { id } }))

/** Its key may join again, by a token. */
export const pardonDevice = (id: string) =>
  answerTo(api['barred-devices'][':id'].$delete({ param: { id } }))
