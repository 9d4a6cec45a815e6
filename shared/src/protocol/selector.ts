import { UsageError } from '../errors/kedge-error.js'
import type { Labels } from '../util/scalars.js'

/** One condition on a label; a selector is the conjunction of its conditions. */
export type Condition =
  | { readonly kind: 'in'; readonly label: string; readonly values: readonly string[] }
  | { readonly kind: 'not-in'; readonly label: string; readonly values: readonly string[] }
  | { readonly kind: 'exists'; readonly label: string }
  | { readonly kind: 'absent'; readonly label: string }

export type Selector = readonly Condition[]

/** Far more than anybody writes; it bounds the work of the patterns below. */
const maxLength = 2_000

const label = String.raw`([A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?)`
const value = String.raw`[\w.-]*`
const values = String.raw`\(\s*([\w.-]+(?:\s*,\s*[\w.-]+)*)\s*\)`
const forms: readonly [RegExp, (label: string, values: string) => Condition][] = [
  [
    new RegExp(`^${label}\\s*(?:==|=)\\s*(${value})$`),
    (l, v) => ({ kind: 'in', label: l, values: [v] }),
  ],
  [
    new RegExp(`^${label}\\s*!=\\s*(${value})$`),
    (l, v) => ({ kind: 'not-in', label: l, values: [v] }),
  ],
  [
    new RegExp(`^${label}\\s+in\\s*${values}$`),
    (l, v) => ({ kind: 'in', label: l, values: list(v) }),
  ],
  [
    new RegExp(`^${label}\\s+notin\\s*${values}$`),
    (l, v) => ({ kind: 'not-in', label: l, values: list(v) }),
  ],
  [new RegExp(`^${label}$`), (l) => ({ kind: 'exists', label: l })],
  [new RegExp(`^!\\s*${label}$`), (l) => ({ kind: 'absent', label: l })],
]

/**
 * Kubernetes' label selectors: `site=berlin`, `kind!=browser`, `site in (berlin, bonn)`,
 * `site notin (…)`, `gpu`, `!gpu`, joined by commas that mean "and". `*` or nothing selects all.
 *
 * @throws UsageError `usage`, naming the part that cannot be read
 */
export function parseSelector(text: string): Selector {
  if (text.length > maxLength) {
    throw new UsageError('usage', `the selector is longer than ${maxLength} characters`)
  }
  const trimmed = text.trim()
  if (trimmed === '' || trimmed === '*') return []
  return splitConditions(trimmed).map((part) => {
    for (const [form, build] of forms) {
      const [matched, name, values] = form.exec(part) ?? []
      if (matched !== undefined && name !== undefined) return build(name, values ?? '')
    }
    throw new UsageError(
      'usage',
      `cannot read ${JSON.stringify(part)} in the selector; write it like ` +
        '`site=berlin, kind!=browser, ring in (1, 2), gpu, !metered`',
    )
  })
}

export const matchesSelector = (selector: Selector, labels: Labels): boolean =>
  selector.every((condition) =>
    // Every object has a `constructor`; no device has that label unless somebody gave it.
    holds(condition, Object.hasOwn(labels, condition.label) ? labels[condition.label] : undefined),
  )

function holds(condition: Condition, value: string | undefined): boolean {
  switch (condition.kind) {
    case 'in':
      return value !== undefined && condition.values.includes(value)
    case 'not-in':
      return value === undefined || !condition.values.includes(value)
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
  }
}

const list = (text: string) => text.split(',').map((value) => value.trim())

/** At commas that are not inside parentheses. */
const splitConditions = (text: string) =>
  text.split(/,(?![^(]*\))/).map((condition) => condition.trim())
