import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorNote, Placeholder } from './notices.js'

/**
 * A query's data once it is there. What is on the page stays there when a later request fails; the
 * failure is said above it.
 */
export function Loaded<Data>(props: {
  query: UseQueryResult<Data>
  rows?: number
  children: (data: Data) => ReactNode
}) {
  const { data, error, refetch } = props.query
  const failed = error !== null && <ErrorNote error={error} retry={() => void refetch()} />
  if (data === undefined) return failed || <Placeholder rows={props.rows ?? 6} />
  return (
    <>
      {failed}
      {props.children(data)}
    </>
  )
}
