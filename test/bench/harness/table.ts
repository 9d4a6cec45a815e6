import { passes, type Row } from './bench.js'

const heads = ['goal', 'what', 'baseline', 'ours', 'ratio', 'target', '', 'spread', 'idle']

/** The rows as a table that fits a terminal and Markdown alike. */
export function formatTable(rows: readonly (Row & { goal: string })[]): string {
  const cells = [heads, ...rows.map(toCells)]
  const widths = heads.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0), 3))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), rule, ...body.map(line)].join('\n')
}

function toCells(row: Row & { goal: string }): string[] {
  const { target, spread } = row
  return [
    row.goal,
    row.what,
    row.baseline,
    row.ours,
    formatRatio(row.ratio),
    'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`,
    passes(row) ? 'pass' : 'FAIL',
    `${formatRatio(spread[0])}–${formatRatio(spread[1])}`,
    `${Math.round(row.idle * 100)} %`,
  ]
}

const formatRatio = (ratio: number) => (ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(3))

export const seconds = (value: number) => `${value.toFixed(3)} s`
