/** How a command shows what it has: a table for people, JSON for programs. */
export interface OutputFlags {
  readonly json?: boolean
}

export type Cell = string | number | null | undefined

/** Columns as wide as their widest cell; numbers to the right. */
export function formatTable(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(formatCell))
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...texts.map((row) => row[column]?.length ?? 0)),
  )
  const isNumeric = heads.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] == null),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return isNumeric[column] && rows.length > 0 ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [line(heads), ...texts.map(line)].join('\n')
}

const formatCell = (cell: Cell): string => (cell == null ? '-' : String(cell))

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2))

/** What happens meanwhile, apart from the result. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

export const formatLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',') || '-'

/** `3 min ago`, as coarse as one reads it. */
export function formatAge(at: number | null, now: number): string {
  if (at === null) return 'never'
  const seconds = Math.max(0, Math.round((now - at) / 1_000))
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 48 * 3_600) return `${Math.round(seconds / 3_600)} h ago`
  return `${Math.round(seconds / 86_400)} d ago`
}
