import type { Tensor } from '../tensor.js'
import { WireWriter } from './wire-writer.js'
import { writeTensor } from './write-tensor.js'

/** A number is an integer, of which a float cannot be told apart in JavaScript. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Tensor }

export type Attributes = Readonly<Record<string, AttributeValue>>

export interface GraphNode {
  readonly opType: string
  /** Of the standard operators unless given. */
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

// `AttributeProto.AttributeType`
const FLOAT = 1
const INT = 2
const STRING = 3
const TENSOR = 4
const INTS = 7
const STRINGS = 8

/** A `NodeProto`. */
export function writeNode({ opType, domain, inputs, outputs, attributes }: GraphNode): WireWriter {
  const node = new WireWriter()
  for (const input of inputs) node.text(1, input)
  for (const output of outputs) node.text(2, output)
  node.text(3, outputs[0] ?? opType).text(4, opType)
  for (const [name, value] of Object.entries(attributes)) {
    node.message(5, writeAttribute(name, value))
  }
  if (domain !== undefined) node.text(7, domain)
  return node
}

function writeAttribute(name: string, value: AttributeValue): WireWriter {
  const attribute = new WireWriter().text(1, name)
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, INT)
  if (typeof value === 'string') return attribute.text(4, value).integer(20, STRING)
  if ('float' in value) return attribute.float(2, value.float).integer(20, FLOAT)
  if ('tensor' in value) {
    return attribute.message(5, writeTensor(name, value.tensor)).integer(20, TENSOR)
  }
  if ('strings' in value) {
    for (const element of value.strings) attribute.text(9, element)
    return attribute.integer(20, STRINGS)
  }
  for (const element of value) attribute.integer(8, element)
  return attribute.integer(20, INTS)
}
