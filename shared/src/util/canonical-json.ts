/**
 * OLPC canonical JSON, the form that TUF signs (wiki.laptop.org/go/Canonical_JSON): keys in the order
 * of their code points, no blanks, only `"` and `\` escaped, whole numbers.
 *
 * @throws TypeError on what has no such form: fractions, numbers beyond 2^53 - 1, undefined, functions
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return wholeNumber(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') return object(value)
  throw new TypeError(`${typeof value} has no canonical JSON`)
}

function object(value: object): string {
  const fields = value as Record<string, unknown>
  let members = ''
  for (const key of sortByCodePoint(Object.keys(fields))) {
    members += `${members && ','}${quote(key)}:${canonicalJson(fields[key])}`
  }
  return `{${members}}`
}

const quote = (text: string): string =>
  text.includes('"') || text.includes('\\') ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} has no canonical JSON`)
  return String(value)
}

/** Without an order sort() compares UTF-16 units, which put U+10000 before U+FFFF. */
function sortByCodePoint(keys: string[]): string[] {
  if (keys.length < 2) return keys
  return /[\ud800-\uffff]/.test(keys.join('')) ? keys.sort(compareCodePoints) : keys.sort()
}

function compareCodePoints(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1)
}
