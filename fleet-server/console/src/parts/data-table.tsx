import type { MouseEvent, ReactNode } from 'react'
import classes from './data-table.module.css'

export interface Column<Row> {
  readonly key: string
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  readonly align?: 'end'
  /** A CSS width; the columns without one share what is left. */
  readonly width?: string
  /**
   * On a phone a row is a card: `lead` is its title and `corner` stands beside that, `bare` has no
   * label, `hide` is left out.
   */
  readonly phone?: 'lead' | 'corner' | 'bare' | 'hide'
}

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
}

// A row opens by its link (`data-row`); a click beside the link counts as one on it, unless the
// click was for something else or ended a selection of text.
function openRow(event: MouseEvent<HTMLTableRowElement>) {
  const target = event.target as HTMLElement
  if (target.closest('a, button, input, summary') !== null) return
  if (getSelection()?.isCollapsed === false) return
  event.currentTarget.querySelector<HTMLElement>('[data-row]')?.click()
}

/**
 * A table that becomes a list of cards on a narrow screen. The roles are written out because a
 * browser forgets them when CSS changes how a table is displayed.
 */
export function DataTable<Row>({ label, columns, rows, rowKey }: TableProps<Row>) {
  return (
    <table className={classes.table} role="table" aria-label={label}>
      <colgroup>
        {columns.map((column) => (
          <col key={column.key} style={column.width ? { width: column.width } : undefined} />
        ))}
      </colgroup>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" data-align={column.align}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row" onClick={openRow}>
            {columns.map((column) => (
              <td
                key={column.key}
                role="cell"
                data-align={column.align}
                data-phone={column.phone}
                data-label={column.head}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
