import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, bodyOf } from './client.js'
import type { Page, RolloutDevice } from './documents.js'

/** Rows of a page of a list. */
export const limit = '100'
/** As many as the server gives at once. */
export const everything = '1000'

/** A list that is read a page at a time. */
export const paged = <T>(key: readonly unknown[], read: (cursor: string) => Promise<Page<T>>) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export async function readAll<T>(read: (cursor: string) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = ''
  do {
    const page: Page<T> = await read(cursor)
    items.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return items
}

const readDevices = (select: string, size: string) => (cursor: string) =>
  bodyOf(api.devices.$get({ query: { select, cursor, limit: size } }))

export const devicesQuery = (select: string) =>
  paged(['devices', 'list', select], readDevices(select, limit))

/** Every device that a selector matches, for counting. */
export const matchingDevicesQuery = (select: string) =>
  queryOptions({
    queryKey: ['devices', 'all', select],
    queryFn: () => readAll(readDevices(select, everything)),
    placeholderData: keepPreviousData,
  })

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'one', id],
    queryFn: () => bodyOf(api.devices[':id'].$get({ param: { id } })),
  })

export const explainQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'explain', id],
    queryFn: () => bodyOf(api.devices[':id'].explain.$get({ param: { id } })),
  })

const readModels = (size: string) => (cursor: string) =>
  bodyOf(api.models.$get({ query: { cursor, limit: size } }))

export const modelsQuery = () => paged(['models', 'list'], readModels(limit))

export const allModelsQuery = () =>
  queryOptions({ queryKey: ['models', 'all'], queryFn: () => readAll(readModels(everything)) })

export const modelQuery = (name: string) =>
  queryOptions({
    queryKey: ['models', 'one', name],
    queryFn: () => bodyOf(api.models[':name'].$get({ param: { name } })),
  })

/** All versions of a model, newest first; there are tens, not thousands. */
export const releasesOfQuery = (name: string) =>
  queryOptions({
    queryKey: ['models', 'releases', name],
    queryFn: () => bodyOf(api.models[':name'].releases.$get({ param: { name } })),
  })

// The cursor of rollouts is a time, so the first page has none.
const readRollouts = (size: string) => (cursor: string) =>
  bodyOf(api.rollouts.$get({ query: { limit: size, ...(cursor !== '' && { cursor }) } }))

export const rolloutsQuery = () => paged(['rollouts', 'list'], readRollouts(limit))

export const allRolloutsQuery = () =>
  queryOptions({ queryKey: ['rollouts', 'all'], queryFn: () => readAll(readRollouts(everything)) })

export const rolloutQuery = (id: string) =>
  queryOptions({
    queryKey: ['rollouts', 'one', id],
    queryFn: () => bodyOf(api.rollouts[':id'].$get({ param: { id } })),
  })

export type DeviceStateFilter = RolloutDevice['state'] | 'working'

export const rolloutDevicesQuery = (id: string, state: DeviceStateFilter | undefined) =>
  paged(['rollouts', 'devices', id, state ?? ''], (cursor) =>
    bodyOf(
      api.rollouts[':id'].devices.$get({
        param: { id },
        query: { cursor, limit, ...(state !== undefined && { state }) },
      }),
    ),
  )

export interface SeriesScope {
  readonly model: string
  readonly device?: string | undefined
  /** Milliseconds that the chart looks back, and how wide one point is. */
  readonly span: number
  readonly step: number
}

export const seriesQuery = ({ model, device, span, step }: SeriesScope) =>
  queryOptions({
    queryKey: ['series', model, device ?? '', span],
    queryFn: () => {
      // Aligned to the step, so that a point does not change its place from one answer to the next.
      const to = Math.ceil(Date.now() / step) * step
      const times = { from: String(to - span), to: String(to), step: String(step) }
      return bodyOf(
        api.models[':name'].series.$get({
          param: { name: model },
          query: { ...times, ...(device !== undefined && { device }) },
        }),
      )
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })

export const serverQuery = () =>
  queryOptions({ queryKey: ['server'], queryFn: () => bodyOf(api.server.$get()) })

export const publishersQuery = () =>
  queryOptions({ queryKey: ['publishers'], queryFn: () => bodyOf(api.publishers.$get()) })

export const enrolmentTokensQuery = () =>
  paged(['enrolment-tokens'], (cursor) =>
    bodyOf(api['enrolment-tokens'].$get({ query: { cursor, limit } })),
  )
