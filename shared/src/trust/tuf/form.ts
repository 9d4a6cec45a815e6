import { TrustError } from '../../errors/trust-error.js'

/** Whether a parsed value is of a certain form. */
export type Form = (value: unknown) => boolean
export type Forms = Readonly<Record<string, Form>>

/** The entry of that name, never something inherited such as `constructor` or `__proto__`. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** @throws TrustError `metadata-invalid` when it is no object with these fields */
export function checkFields(value: unknown, forms: Forms, what: string): void {
  const odd = Object.keys(forms).find((name) => !record({ [name]: forms[name]! })(value))
  if (odd === undefined) return
  throw new TrustError('metadata-invalid', `${odd} of the ${what} is not as TUF has it`)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const text: Form = (value) => typeof value === 'string'
export const flag: Form = (value) => typeof value === 'boolean'

export function like(pattern: RegExp): Form {
  return (value) => typeof value === 'string' && pattern.test(value)
}

/** A whole number of at least `least`. */
export function count(least: number): Form {
  return (value) => Number.isSafeInteger(value) && (value as number) >= least
}

export function optional(form: Form): Form {
  return (value) => value === undefined || form(value)
}

/** An object with these fields at least: what is unknown is covered by the signatures, and kept. */
export function record(forms: Forms): Form {
  const fields = Object.entries(forms)
  return (value) => isObject(value) && fields.every(([name, form]) => form(own(value, name)))
}

/** An object with entries of one form, under names that the sender chooses. */
export function table(form: Form): Form {
  return (value) => isObject(value) && Object.values(value).every(form)
}

export function list(form: Form): Form {
  return (value) => Array.isArray(value) && value.every(form)
}

/** A list whose entries are told apart by what `identify` gives. */
export function distinct<T>(form: Form, identify: (entry: T) => string): Form {
  return (value) =>
    list(form)(value) && new Set((value as T[]).map(identify)).size === (value as T[]).length
}
