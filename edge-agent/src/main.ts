#!/usr/bin/env node
import { exitCodeOf, messageOf } from './cli/exit-code.js'
import { createProgram } from './cli/program.js'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A second signal, from somebody out of patience, ends the process the usual way.
  process.once(signal, () => stopping.abort())
}

try {
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  await createProgram({ signal: stopping.signal, print }).parseAsync()
} catch (error) {
  const message = messageOf(error)
  if (message !== undefined) process.stderr.write(`${message}\n`)
  process.exitCode = exitCodeOf(error)
}
