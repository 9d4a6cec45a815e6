import { TrustError } from '../../errors/trust-error.js'

/** Parsed JSON that is an object. Its keys are the sender's choice: read it with `own()` only. */
export type Fields = Readonly<Record<string, unknown>>

/** The entry of that name, never something inherited such as `constructor` or `__proto__`. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Throws `metadata-invalid` unless `holds`. */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new TrustError('metadata-invalid', what)
}

export function checkFields(value: unknown, where: string): asserts value is Fields {
  demand(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `${where} is no object`,
  )
}

export function textOf(fields: Fields, name: string, where: string): string {
  const value = own(fields, name)
  demand(typeof value === 'string', `${where}.${name} is no text`)
  return value
}

/** A whole number of at least `least`. */
export function countOf(fields: Fields, name: string, least: number): number {
  const value = own(fields, name)
  demand(Number.isSafeInteger(value) && (value as number) >= least, `${name} is no whole number`)
  return value as number
}

export function checkTexts(value: unknown, where: string): asserts value is string[] {
  demand(
    Array.isArray(value) && value.every((item) => typeof item === 'string'),
    `${where} is no list of texts`,
  )
}

/** Runs `check` over every entry of a table. */
export function checkTable(
  value: unknown,
  where: string,
  check: (entry: unknown, where: string) => void,
): void {
  checkFields(value, where)
  for (const [name, entry] of Object.entries(value)) check(entry, `${where}[${name}]`)
}
