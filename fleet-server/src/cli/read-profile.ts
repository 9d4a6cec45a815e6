import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { DocumentError } from '@kedge/shared/errors/document-error'
import type { TensorSpec } from '@kedge/shared/model/tensor'
import { profileFeature, type ReferenceProfile } from '@kedge/shared/telemetry/reference-profile'

/** Columns of numbers by name, all of one length. */
type Columns = ReadonlyMap<string, readonly number[]>

/**
 * Makes a reference profile of an input from data like what it will see: a CSV file with a head line,
 * or one JSON object a line. Columns that are not numbers are left out.
 *
 * @param columns names of the columns to take, in the order of the input's last dimension
 * @throws DocumentError when there are not as many columns as the input has features
 */
export async function readProfile(
  file: string,
  input: TensorSpec,
  columns: readonly string[] | undefined,
): Promise<ReferenceProfile> {
  const text = await readFile(file, 'utf8')
  const all = /\.(ndjson|jsonl)$/.test(file) ? readLines(text, file) : readCsv(text)
  const chosen = choose(all, columns)
  const features = input.shape.at(-1)
  if (typeof features === 'number' && features !== chosen.length) {
    const names = chosen.map(([name]) => name).join(', ')
    throw new DocumentError(
      'document-invalid',
      `${file} has ${chosen.length} columns of numbers (${names}), but the input ` +
        `"${input.name}" has ${features} features; choose with --profile-columns`,
    )
  }
  return {
    v: 1,
    inputs: { [input.name]: chosen.map(([name, values]) => profileFeature(name, values)) },
  }
}

function choose(all: Columns, names: readonly string[] | undefined): [string, readonly number[]][] {
  if (names === undefined) return [...all]
  return names.map((name) => {
    const values = all.get(name)
    if (values) return [name, values]
    throw new DocumentError('document-invalid', `there is no column of numbers named "${name}"`)
  })
}

function readCsv(text: string): Columns {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const separator = head.includes(';') ? ';' : ','
  const cellsOf = (line: string) =>
    line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  const names = cellsOf(head)
  return toColumns(
    lines.map((line) => {
      const cells = cellsOf(line)
      return Object.fromEntries(names.map((name, i) => [name, cells[i]]))
    }),
  )
}

const rowSchema = z.record(z.string(), z.unknown())

function readLines(text: string, file: string): Columns {
  const rows = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      try {
        return rowSchema.parse(JSON.parse(line))
      } catch (cause) {
        throw new DocumentError('document-invalid', `${file}, line ${i + 1}: no JSON object`, {
          cause,
        })
      }
    })
  return toColumns(rows)
}

function toColumns(rows: readonly Readonly<Record<string, unknown>>[]): Columns {
  const columns = new Map<string, number[]>()
  for (const name of Object.keys(rows[0] ?? {})) {
    const values = rows.map((row) => toNumber(row[name]))
    if (values.every((value) => value !== undefined)) columns.set(name, values)
  }
  return columns
}

function toNumber(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell
  if (typeof cell !== 'string' || cell === '' || Number.isNaN(Number(cell))) return undefined
  return Number(cell)
}
