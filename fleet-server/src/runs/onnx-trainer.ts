import * as ort from 'onnxruntime-node'
import type { Ort } from '@kedge/shared/training/ort'

/**
 * The ONNX Runtime that training on this machine runs on. A step blocks the thread for its whole
 * length, so a process that serves others hands training to one of its own.
 */
export const trainingRuntime: Ort = ort
