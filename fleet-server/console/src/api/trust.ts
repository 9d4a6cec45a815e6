import { queryOptions } from '@tanstack/react-query'
import { api, bodyOf } from './client.js'

/** Who may sign what, until when, and which of the keys can be read on the server. */
export const trustQuery = () =>
  queryOptions({
    queryKey: ['trust'],
    queryFn: () => bodyOf(api.trust.$get()),
    staleTime: 60_000,
  })
