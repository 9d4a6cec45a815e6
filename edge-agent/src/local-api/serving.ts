import type { RunResult } from '@kedge/shared/device/ports/inference'
import type { ServedVersion } from '@kedge/shared/device/device-model'
import type { Tensors } from '@kedge/shared/model/tensor'
import type { Label } from '@kedge/shared/telemetry/score'

/** A model as the doors see it. */
export interface ServedModel {
  readonly name: string
  /** Undefined until a verified version is ready. */
  readonly version: ServedVersion | undefined
  run(inputs: Tensors): Promise<RunResult>
  feedback(id: string, label: Label): Promise<boolean>
}

/** What every serving protocol is a codec over. */
export interface Serving {
  readonly agent: { readonly name: string; readonly version: string }
  readonly online: boolean
  model(name: string): ServedModel
  /** Models this device is to run, ready or not. */
  modelNames(): Promise<string[]>
  status(): Promise<unknown>
}
