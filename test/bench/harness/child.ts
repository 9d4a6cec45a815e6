import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** The handlers of a child process, by name: each takes one argument that survives JSON. */
export type Handlers = Record<string, (argument: never) => unknown>

/** Calls what the child process answers. */
export interface Child<H extends Handlers> extends AsyncDisposable {
  call<Name extends keyof H & string>(
    name: Name,
    argument: Parameters<H[Name]>[0],
  ): Promise<Awaited<ReturnType<H[Name]>>>
}

/** Starts `file`, which calls `answer`, as a process of its own. */
export function startChild<H extends Handlers>(file: URL): Child<H> {
  const child = fork(fileURLToPath(file), {
    execArgv: ['--import', 'tsx'],
  })
  const waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >()
  let calls = 0
  child.on('message', ({ id, result, error }: Reply) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(result as never)
    else call?.reject(new Error(error))
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code}`))
  })
  return {
    call(name, argument) {
      return new Promise((resolve, reject) => {
        const id = (calls += 1)
        waiting.set(id, { resolve, reject })
        child.send({ id, name, argument })
      })
    },
    [Symbol.asyncDispose]: () => end(child),
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.disconnect()
  })
}

/** In a child process: answers the parent's calls, and ends with it. */
export function answer(handlers: Handlers): void {
  process.on('message', ({ id, name, argument }: { id: number; name: string; argument: never }) => {
    void Promise.resolve()
      .then(() => handlers[name]?.(argument))
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) => process.send?.({ id, error: String(error) }),
      )
  })
  process.on('disconnect', () => process.exit())
}
