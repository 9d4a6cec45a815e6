import { once } from 'node:events'
import path from 'node:path'
import { KedgeError } from '@kedge/shared/errors/kedge-error'
import { createClient } from '../cli/client.js'
import { ChildProgram } from './child-program.js'
import { readDemoOptions, type DemoOptions } from './demo-options.js'
import { Progress } from './progress.js'
import { forecasterArguments } from './run-agents.js'
import { adminTokenOf, serverArguments, serverUrl, untilReady } from './run-server.js'
import { showDemo } from './show-demo.js'

// What `npm start` does once everything is installed and built.

const progress = new Progress(20)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
}

/**
 * npm runs this behind a shell, and a shell that is ended does not tell its children.
 * Whoever has lost the parent that started him has been told to end.
 */
const parent = process.ppid
const watch = setInterval(() => {
  if (process.ppid !== parent) stopping.abort(new Error('stopped with npm'))
}, 1_000)

async function main(options: DemoOptions): Promise<void> {
  const programs: ChildProgram[] = []
  const run = (name: string, args: readonly string[]) => {
    const program = new ChildProgram({
      name,
      args,
      logDir: path.join(options.data, 'demo', 'logs'),
      onRestart: (ended, how) => progress.note(`${ended} ${how}; starting it again`),
    })
    programs.push(program)
    program.start()
    return program
  }
  try {
    await start(options, run)
    progress.line('\nCtrl-C stops everything.')
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
  } finally {
    // Agents first, so that they can still say goodbye.
    clearInterval(watch)
    for (const program of programs.reverse()) await program[Symbol.asyncDispose]()
    progress.line(stopping.signal.aborted ? 'Stopped.' : '')
  }
}

async function start(
  options: DemoOptions,
  run: (name: string, args: readonly string[]) => ChildProgram,
): Promise<void> {
  const server = run('fleet-server', serverArguments(options))
  await progress.step('Fleet server', async () => {
    await untilReady(server)
    return `${await serverUrl(options)}, data in ${path.relative('', options.data) || '.'}`
  })
  const url = await serverUrl(options)
  const token = await adminTokenOf(options)
  if (options.demo) {
    await showDemo({
      options,
      client: createClient(url, token, path.join(options.data, 'tls', 'ca.pem')),
      progress,
      signal: stopping.signal,
      runAgent: (agent) => void run(agent.name, forecasterArguments(agent)),
    })
  }
  progress.line(`\n  Console       ${url}/#token=${token}`)
  if (options.demo) progress.line(`  Gesture page  ${url}/demo/gesture/`)
}

try {
  await main(readDemoOptions(process.argv.slice(2)))
} catch (error) {
  if (!stopping.signal.aborted) {
    const known = error instanceof KedgeError || error instanceof Error
    progress.line(known ? error.message : String(error))
    process.exitCode = 1
  }
}
