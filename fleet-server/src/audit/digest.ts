import { createHash } from 'node:crypto'

/** Fields that hold what nobody but their owner may know; not even a digest of them is kept. */
const secretFields = new Set(['token', 'secret', 'password', 'current', 'code', 'proof'])

/**
 * SHA-256 of a document as JSON with its keys in order and without its secrets; undefined when there
 * is no document.
 */
export function digestOf(document: unknown): string | undefined {
  if (document === undefined || document === null) return undefined
  return createHash('sha256')
    .update(JSON.stringify(document, (_, value: unknown) => inOrder(value)))
    .digest('hex')
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value)
    .filter(([name]) => !secretFields.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries)
}
