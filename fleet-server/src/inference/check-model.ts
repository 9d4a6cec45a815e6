import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ModelError } from '@kedge/shared/errors/model-error'
import type { Tensors } from '@kedge/shared/model/tensor'
import type { Ms } from '@kedge/shared/util/units'
import type { CheckAnswer, CheckRequest } from './check-protocol.js'

/** Built code, also when the sources are run: a child process has nothing that translates them. */
const child = path.resolve(import.meta.dirname, '../../dist/inference/check-model.child.js')

/**
 * Loads a model in ONNX Runtime, which alone knows whether it can run it, and runs it on `inputs`.
 *
 * @returns the outputs, one set an input
 * @throws ModelError `model-unsupported` with the runtime's reason, or when it is not done in time
 */
export async function checkModel(request: CheckRequest, deadline: Ms): Promise<readonly Tensors[]> {
  // Loaded from bytes, a model still reads external data from the working directory: an empty one.
  const folder = await mkdtemp(path.join(tmpdir(), 'kedge-check-'))
  const runner = fork(child, {
    cwd: folder,
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    const answer = await ask(runner, request, deadline)
    if ('outputs' in answer) return answer.outputs
    const does = answer.refused === 'load' ? 'load the model' : 'run the model'
    throw unsupported(`ONNX Runtime cannot ${does}: ${inPlainWords(answer.reason)}`)
  } finally {
    runner.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

function ask(runner: ChildProcess, request: CheckRequest, deadline: Ms): Promise<CheckAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(unsupported(`the model neither ran nor failed within ${deadline / 1_000} s`))
    }, deadline)
    const settle = (run: () => void) => {
      clearTimeout(late)
      run()
    }
    runner.once('message', (answer) => settle(() => resolve(answer as CheckAnswer)))
    runner.once('error', (error) => settle(() => reject(error)))
    runner.once('exit', (code, signal) =>
      settle(() => {
        reject(unsupported(`the model ended ONNX Runtime's process (${signal ?? `code ${code}`})`))
      }),
    )
    runner.send(request)
  })
}

const unsupported = (reason: string) => new ModelError('model-unsupported', reason)

/** Without the runtime's preamble of codes and source files. */
function inPlainWords(reason: string): string {
  return reason
    .replace(/^.*?ERROR_MESSAGE:\s*"?/s, '')
    .replace(/"$/, '')
    .replace(/\/\S+?\.(cc|h):\d+\s+\S*\s*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 600)
}
