import { fork, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { ChannelPort } from './channel-port.js'
import { runnerArguments } from './runner-arguments.js'
import { runnerEnvironment } from './runner-environment.js'

export interface RunnerProcessOptions {
  /** An empty folder: a model given as bytes still reads external data from the working directory. */
  readonly folder: string
  readonly providers: readonly string[]
  /** Each line the process writes to its standard error. */
  readonly onLine: (line: string) => void
}

export interface RunnerProcess {
  readonly pid: number | undefined
  readonly port: ChannelPort
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: () => Promise<void>
}

const entry = () => createRequire(import.meta.url).resolve('@kedge/edge-agent/runner')

export function startRunnerProcess(options: RunnerProcessOptions): RunnerProcess {
  const child = fork(entry(), runnerArguments(options.providers), {
    cwd: options.folder,
    env: runnerEnvironment(process.env),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const ended = reasonOfEnd(child)
  createInterface({ input: child.stderr! }).on('line', options.onLine)
  return {
    pid: child.pid,
    port: new ChannelPort(child, (listener) => void ended.then(listener)),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function reasonOfEnd(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`),
    )
  })
}
