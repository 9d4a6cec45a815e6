/**
 * Whether a target path matches a delegation's pattern (4.5): `*` stands for any characters and `?`
 * for one, neither of them for `/`.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const names = path.split('/')
  const patterns = pattern.split('/')
  return names.length === patterns.length && names.every((name, i) => matches(name, patterns[i]!))
}

/** Goes back to the last `*` only, so that no pattern takes more than name × pattern steps. */
function matches(name: string, pattern: string): boolean {
  let at = 0
  let star = -1
  let resume = 0
  for (let i = 0; i < name.length || at < pattern.length;) {
    if (pattern[at] === '*') {
      star = at++
      resume = i
    } else if (i < name.length && (pattern[at] === '?' || pattern[at] === name[i])) {
      at += 1
      i += 1
    } else if (star >= 0 && resume < name.length) {
      at = star + 1
      i = ++resume
    } else {
      return false
    }
  }
  return true
}
