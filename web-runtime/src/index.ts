export { createRuntime, type RuntimeOptions } from './create-runtime.js'
export type { Model } from './page/model-handle.js'
export type { Runtime } from './page/page-runtime.js'
export type {
  ModelProgress,
  ModelVersion,
  RuntimeEvents,
  RuntimeState,
} from './page/runtime-events.js'
export type { EngineName } from './inference/engine-choice.js'
export type { Label } from '@kedge/shared/telemetry/score'
export type { RunResult } from '@kedge/shared/device/ports/inference'
export type { Tensor, Tensors } from '@kedge/shared/model/tensor'
