import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Page } from '../api/documents.js'
import { ListFoot } from './list-foot.js'
import { ErrorNote, Placeholder } from './notices.js'

type PagedQuery<Row> = UseInfiniteQueryResult<InfiniteData<Page<Row>>>

interface PagedListProps<Row> {
  readonly query: PagedQuery<Row>
  /** The rows to show, where they are not all that were read. */
  readonly rows?: readonly Row[]
  /** What one row is, and what many are. */
  readonly word: string
  readonly words: string
  readonly empty?: ReactNode
  /** Rows to keep the place of while the first page is read. */
  readonly expected?: number
  readonly children: (rows: readonly Row[]) => ReactNode
}

/** A list that is read a page at a time: its failure, its emptiness, its rows and the way to more. */
export function PagedList<Row>({ query, expected = 4, ...props }: PagedListProps<Row>) {
  const read = rowsOf(query)
  const rows = props.rows ?? read
  const isRead = query.data !== undefined
  return (
    <>
      {query.error !== null && <ErrorNote error={query.error} retry={() => void query.refetch()} />}
      {!isRead && query.error === null && <Placeholder rows={expected} />}
      {isRead && read.length === 0 && props.empty}
      {read.length > 0 && (
        <div>
          {props.children(rows)}
          <ListFoot
            shown={rows.length}
            word={rows.length === 1 ? props.word : props.words}
            more={query.hasNextPage}
            loading={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        </div>
      )}
    </>
  )
}

/** All rows of the pages that were read. */
export const rowsOf = <Row,>({ data }: Pick<PagedQuery<Row>, 'data'>): readonly Row[] =>
  data?.pages.flatMap((page) => page.items) ?? []
