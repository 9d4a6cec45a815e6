/** Deeper than any document of ours. */
const maxDepth = 64
/** Half of a pair: with the flag, whole pairs are other characters. */
const loneSurrogate = /\p{Surrogate}/u

/**
 * JSON with one meaning only: I-JSON (RFC 7493, section 2) has no key twice in an object and no half
 * surrogate pairs, and what two readers understand differently must not be signed.
 *
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  checkStructure(text)
  return value
}

/**
 * Strict JSON whose numbers are all whole, below 2^53 and written as such: two readers of `1.0`,
 * `-0`, `1e2` or `9007199254740993` need not see the same number.
 *
 * @throws SyntaxError
 */
export function parseWholeNumberJson(text: string): unknown {
  const value = parseStrictJson(text)
  // Strings are matched too, so that no number is found inside one.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)) {
    if (token.startsWith('"')) continue
    if (!/^-?\d+$/.test(token) || token === '-0' || !Number.isSafeInteger(Number(token))) {
      throw new SyntaxError(`${token.slice(0, 32)} is not a whole number below 2^53`)
    }
  }
  return value
}

/** Walks over a text that is known to be JSON. */
function checkStructure(text: string): void {
  const scopes: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        if (scopes.push(new Set()) > maxDepth) {
          throw new SyntaxError(`it is nested more than ${maxDepth} deep`)
        }
        break
      case '}':
      case ']':
        scopes.pop()
        break
      case '"': {
        const end = endOfString(text, at)
        const string = readString(text.slice(at, end + 1))
        if (isKey(text, end + 1)) addKey(string, scopes.at(-1)!)
        at = end
        break
      }
      default:
        // Numbers, words, commas and blanks mean the same to every reader.
        break
    }
  }
}

function addKey(key: string, keys: Set<string>): void {
  if (keys.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key.slice(0, 64))} is twice`)
  keys.add(key)
}

function readString(literal: string): string {
  const string = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1)
  if (loneSurrogate.test(string)) throw new SyntaxError('a string has half of a surrogate pair')
  return string
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text[end - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return end
  }
}

function isKey(text: string, after: number): boolean {
  let at = after
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return text[at] === ':'
}
