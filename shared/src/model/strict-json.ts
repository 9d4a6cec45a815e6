/** Deeper than any document of ours. */
const maxDepth = 64
const numeral = /-?\d[\d.eE+-]*/y
/** Half of a pair: with the flag, whole pairs are other characters. */
const loneSurrogate = /\p{Surrogate}/u

/**
 * JSON with one meaning only: I-JSON (RFC 7493, section 2) has no key twice in an object and no half
 * surrogate pairs, and what two readers understand differently must not be signed.
 *
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): unknown {
  return parse(text, () => undefined)
}

/**
 * Strict JSON whose numbers are all whole, below 2^53 and written as such: two readers of `1.0`,
 * `-0`, `1e2` or `9007199254740993` need not see the same number.
 *
 * @throws SyntaxError
 */
export function parseWholeNumberJson(text: string): unknown {
  return parse(text, (number) => {
    if (/^-?\d+$/.test(number) && number !== '-0' && Number.isSafeInteger(Number(number))) return
    throw new SyntaxError(`${number.slice(0, 32)} is not a whole number below 2^53`)
  })
}

function parse(text: string, checkNumber: (number: string) => void): unknown {
  const value: unknown = JSON.parse(text)
  if (loneSurrogate.test(text)) throw new SyntaxError('it has half of a surrogate pair')
  checkStructure(text, checkNumber)
  return value
}

/** Walks over a text that is known to be JSON. */
function checkStructure(text: string, checkNumber: (number: string) => void): void {
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
      default: {
        // Words, commas and blanks mean the same to every reader.
        const number = numberAt(text, at)
        if (number === '') break
        checkNumber(number)
        at += number.length - 1
      }
    }
  }
}

function addKey(key: string, keys: Set<string>): void {
  if (keys.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key.slice(0, 64))} is twice`)
  keys.add(key)
}

/** The number that begins there, or nothing. */
function numberAt(text: string, at: number): string {
  const code = text.charCodeAt(at)
  if (code !== 0x2d && (code < 0x30 || code > 0x39)) return ''
  numeral.lastIndex = at
  return numeral.exec(text)![0]
}

function readString(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  const string = JSON.parse(literal) as string
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
