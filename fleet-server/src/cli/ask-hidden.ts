import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { UsageError } from '@kedge/shared/errors/kedge-error'

/** Where a person types: standard input and error, where both are a terminal. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** The terminal a person sits at; undefined in a script. */
export const ownTerminal = (): Terminal | undefined =>
  process.stdin.isTTY && process.stderr.isTTY
    ? { input: process.stdin, output: process.stderr }
    : undefined

/** Asks for a line that is not shown as it is typed. @throws UsageError when there is none */
export async function askHidden({ input, output }: Terminal, question: string): Promise<string> {
  output.write(question)
  const nowhere = new Writable({ write: (_part, _encoding, done) => done() })
  const reader = createInterface({ input, output: nowhere, terminal: true })
  const ended = new AbortController()
  // Ctrl-C and Ctrl-D: an answer would never come.
  reader.once('SIGINT', () => ended.abort())
  reader.once('close', () => ended.abort())
  try {
    return await reader.question('', { signal: ended.signal })
  } catch (cause) {
    throw new UsageError('usage', 'no passphrase was given', { cause })
  } finally {
    reader.close()
    output.write('\n')
  }
}
