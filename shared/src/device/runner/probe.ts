import { DeploymentError } from '../../errors/device-error.js'
import type { GoldenSample } from '../../model/golden-samples.js'
import type { Tolerance } from '../../model/release.js'
import { formatShape, type Tensor } from '../../model/tensor.js'
import { zeroInputs } from '../../model/zero-inputs.js'
import { fromHalf } from '../../model/half.js'
import type { Clock } from '../../util/clock.js'
import type { ProbeReport } from '../ports/inference.js'
import { checkInputs } from './check-inputs.js'
import type { EngineSession } from './engine.js'

export interface ProbeOptions {
  readonly samples: readonly GoldenSample[]
  readonly tolerance: Tolerance | undefined
  readonly clock: Clock
  readonly loadMs: number
}

/**
 * Runs the golden samples, or zeros where a release has none, and compares.
 *
 * @throws DeploymentError `golden-mismatch` that names the output, the difference and the tolerance
 */
export async function probeSession(
  session: EngineSession,
  options: ProbeOptions,
): Promise<ProbeReport> {
  const { samples, clock } = options
  const latencies: number[] = []
  let maxDifference = 0
  const runs = samples.length > 0 ? samples : [{ inputs: zeroInputs(session.inputs), outputs: {} }]
  for (const sample of runs) {
    checkInputs(sample.inputs, session.inputs)
    const start = clock.monotonic()
    const outputs = await session.run(sample.inputs, (results) => results)
    latencies.push((clock.monotonic() - start) * 1000)
    for (const [name, expected] of Object.entries(sample.outputs)) {
      const difference = compare(name, { expected, actual: outputs[name] }, options.tolerance)
      maxDifference = Math.max(maxDifference, difference)
    }
  }
  latencies.sort((a, b) => a - b)
  return {
    provider: session.provider,
    loadMs: options.loadMs,
    latencyUs: latencies[Math.floor(latencies.length / 2)]!,
    ...(samples.length > 0 && { maxDifference }),
  }
}

function compare(
  name: string,
  { expected, actual }: { expected: Tensor; actual: Tensor | undefined },
  tolerance: Tolerance = { absolute: 1e-4, relative: 1e-3 },
): number {
  if (!actual) throw new DeploymentError('golden-mismatch', `there is no output "${name}"`)
  if (actual.data.length !== expected.data.length) {
    throw new DeploymentError(
      'golden-mismatch',
      `output "${name}" has shape ${formatShape(actual.shape)} instead of ${formatShape(expected.shape)}`,
    )
  }
  let largest = 0
  for (let i = 0; i < expected.data.length; i++) {
    const difference = distance(expected, actual, i)
    const allowed = tolerance.absolute + tolerance.relative * Math.abs(toNumber(expected, i))
    // Written so that a difference that is not a number fails too.
    if (!(difference <= allowed)) {
      throw new DeploymentError(
        'golden-mismatch',
        `output "${name}"[${i}] is ${String(actual.data[i])} instead of ${String(expected.data[i])}; ` +
          `the tolerance is ${allowed.toPrecision(2)}`,
      )
    }
    largest = Math.max(largest, difference)
  }
  return largest
}

function distance(expected: Tensor, actual: Tensor, i: number): number {
  if (expected.data[i] === actual.data[i]) return 0
  return Math.abs(toNumber(expected, i) - toNumber(actual, i))
}

function toNumber({ dtype, data }: Tensor, i: number): number {
  const value = data[i]!
  return dtype === 'float16' ? fromHalf(Number(value)) : Number(value)
}
