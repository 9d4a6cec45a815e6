import type { Dimension } from '../tensor.js'
import type { ElementType } from './element-type.js'
import type { ByteRange } from './wire-reader.js'

export interface OpsetImport {
  /** `ai.onnx` for the standard operators, which a file may also call the empty domain. */
  readonly domain: string
  readonly version: number
}

/** An operator and how often the graph, subgraphs included, uses it. */
export interface OperatorUse {
  readonly domain: string
  readonly opType: string
  readonly count: number
  /** The name of the first node that uses it; empty when that node has none. */
  readonly firstNode: string
}

/** An input or output. `shape` is null where the file does not even give the rank. */
export type OnnxValue =
  | {
      readonly kind: 'tensor'
      readonly name: string
      readonly elementType: ElementType
      readonly shape: readonly Dimension[] | null
    }
  | {
      readonly kind: 'sequence' | 'map' | 'optional' | 'sparse-tensor' | 'opaque' | 'untyped'
      readonly name: string
    }

/** Where weights outside the file are said to be. */
export interface ExternalData {
  readonly location: string
  readonly offset: string | undefined
  readonly length: string | undefined
}

/** A stored tensor: an initializer, or the value of an attribute such as a Constant's. */
export interface OnnxInitializer {
  /** Its own name or, where it has none, that of the node it belongs to. */
  readonly name: string
  readonly elementType: ElementType
  readonly dims: readonly number[]
  /** The elements in the file, from the first byte to the last; undefined where there are none. */
  readonly payload: ByteRange | undefined
  readonly external: ExternalData | undefined
}

/** An operator the model brings along, with the operators it is made of. */
export interface OnnxFunction {
  readonly domain: string
  readonly name: string
  readonly opsets: readonly OpsetImport[]
  readonly operators: readonly OperatorUse[]
}

/** What an ONNX file says about itself. The elements of its tensors stay in the file. */
export interface OnnxModel {
  readonly irVersion: number
  readonly producer: { readonly name: string; readonly version: string }
  readonly graphName: string
  readonly opsets: readonly OpsetImport[]
  /** Without initializers, which older files list as inputs too. */
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly operators: readonly OperatorUse[]
  readonly functions: readonly OnnxFunction[]
  /** Every stored tensor anywhere in the file, in the order of the file. */
  readonly initializers: readonly OnnxInitializer[]
  readonly metadata: ReadonlyMap<string, string>
}
