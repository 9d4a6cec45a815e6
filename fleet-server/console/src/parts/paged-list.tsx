import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Page } from '../api/documents.js'
import { ListFoot } from './list-foot.js'
import { ErrorNote, Placeholder } from './notices.js'

interface PagedListProps<Row> {
  readonly query: UseInfiniteQueryResult<InfiniteData<Page<Row>>>
  /** What one row is, and what many are. */
  readonly word: string
  readonly words: string
  readonly empty?: ReactNode
  readonly children: (rows: readonly Row[]) => ReactNode
}

/** A list that is read a page at a time: its failure, its emptiness, its rows and the way to more. */
export function PagedList<Row>({ query, word, words, empty, children }: PagedListProps<Row>) {
  const rows = query.data?.pages.flatMap((page) => page.items)
  return (
    <>
      {query.error !== null && <ErrorNote error={query.error} retry={() => void query.refetch()} />}
      {rows === undefined && query.error === null && <Placeholder rows={4} />}
      {rows?.length === 0 && empty}
      {rows !== undefined && rows.length > 0 && (
        <div>
          {children(rows)}
          <ListFoot
            shown={rows.length}
            word={rows.length === 1 ? word : words}
            more={query.hasNextPage}
            loading={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        </div>
      )}
    </>
  )
}
