import { describeError, InvariantError } from '../../errors/kedge-error.js'
import { systemClock } from '../../util/clock.js'
import { systemEntropy } from '../../util/entropy.js'
import { toHex } from '../../util/bytes.js'
import type { Tensors } from '../../model/tensor.js'
import type { RunnerSpec } from '../ports/inference.js'
import { parseCall, type CallMessage, type ReplyMessage, type RunnerCalls } from './calls.js'
import type { Engine } from './engine.js'
import type { MessagePort } from './message-port.js'
import { ModelRunner } from './model-runner.js'

export interface ServedRunner {
  readonly engine: Engine
  readonly providers: readonly string[]
}

/** The life of a child process or worker: answers a supervisor's calls until the port closes. */
export function serveRunner(port: MessagePort, served: ServedRunner): void {
  let runner: ModelRunner | undefined
  const loaded = () => {
    if (!runner) throw new InvariantError('a runner was used before it had loaded a model')
    return runner
  }
  const answers: Answers = {
    load: async (spec) => {
      runner = await ModelRunner.load(spec, { ...served, clock: systemClock, tag: tagOf(spec) })
      return { provider: runner.provider, loadMs: runner.loadMs }
    },
    probe: ({ samples }) => loaded().probe(samples),
    run: ({ inputs }) => loaded().run(inputs),
    feedback: ({ id, label }) => loaded().feedback(id, label),
    takeWindow: ({ now }) => loaded().takeWindow(now),
    takeOpenPredictions: () => loaded().takeOpenPredictions(),
  }
  port.onMessage((message) => void answer(port, parseCall(message), answers))
}

type Answers = {
  [Name in keyof RunnerCalls]: (
    args: RunnerCalls[Name]['args'],
  ) => RunnerCalls[Name]['result'] | Promise<RunnerCalls[Name]['result']>
}

async function answer(port: MessagePort, message: CallMessage, answers: Answers): Promise<void> {
  const { id, call, args } = message
  let reply: ReplyMessage
  try {
    const result: unknown = await answers[call](args as never)
    reply = { kind: 'result', id, result }
  } catch (error) {
    reply = { kind: 'error', id, ...describeError(error, 'inference-failed') }
  }
  port.post(reply, call === 'run' && reply.kind === 'result' ? buffersOf(reply.result) : [])
}

/** Output buffers move instead of being copied: the runner has no more use for them. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const { outputs } = result as { outputs: Tensors }
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of Object.values(outputs)) {
    if (!Array.isArray(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer)
  }
  return [...buffers]
}

const tagOf = (spec: RunnerSpec) => `${spec.digest.slice(0, 8)}${toHex(systemEntropy.bytes(4))}`
