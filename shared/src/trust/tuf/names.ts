import { TrustError } from '../../errors/trust-error.js'
import type { TargetsDocument } from './documents.js'

/** A name that is the same plain file on every system: no way up, no stream, nothing hidden. */
const plainName = /^[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9])?$/
/** What Windows opens as a device, whatever follows the first dot. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i
const longestPath = 512
const longestName = 128

/**
 * Refuses role names and target paths that could be taken for other files: outside ASCII, absolute,
 * with `..` or NUL, reserved, too long, or equal to another but for the case.
 *
 * @throws TrustError `name-refused`
 */
export function checkNames({ targets, delegations }: TargetsDocument): void {
  const roles = delegations?.roles?.map(({ name }) => name) ?? []
  checkEach(roles, isPlainName)
  checkEach(Object.keys(targets), isPlainPath)
}

export const isPlainName = (name: string): boolean =>
  name.length <= longestName && plainName.test(name) && !deviceName.test(name)

export const isPlainPath = (path: string): boolean =>
  path.length <= longestPath && path.split('/').every(isPlainName)

function checkEach(names: readonly string[], isPlain: (name: string) => boolean): void {
  const others = new Set<string>()
  for (const name of names) {
    const isOther = others.size < others.add(name.toLowerCase()).size
    if (isOther && isPlain(name)) continue
    const why = isOther ? 'is not a plain name' : 'differs from another only in case'
    throw new TrustError('name-refused', `${JSON.stringify(name.slice(0, 64))} ${why}`)
  }
}
