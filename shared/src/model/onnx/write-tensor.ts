import { InvariantError } from '../../errors/kedge-error.js'
import { elementCount, formatShape, type Dimension, type Tensor } from '../tensor.js'
import { toElementTypeNumber } from './element-type.js'
import { WireWriter } from './wire-writer.js'
import type { TensorSpec } from '../tensor.js'

/**
 * A `TensorProto` with its elements as raw bytes, little-endian as on every machine that
 * ONNX Runtime supports; strings have a field of their own.
 *
 * @throws InvariantError where the elements do not fill the shape
 */
export function writeTensor(name: string, tensor: Tensor): WireWriter {
  const { dtype, shape, data } = tensor
  if (data.length !== elementCount(shape)) {
    throw new InvariantError(`${name}: ${data.length} elements do not fill ${formatShape(shape)}`)
  }
  const writer = new WireWriter().integers(1, shape).integer(2, toElementTypeNumber(dtype))
  if (Array.isArray(data)) {
    for (const element of data) writer.text(6, element)
    return writer.text(8, name)
  }
  return writer
    .text(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

/** A `ValueInfoProto`. */
export function writeValueInfo({ name, dtype, shape }: TensorSpec): WireWriter {
  const dimensions = new WireWriter()
  for (const extent of shape) dimensions.message(1, writeDimension(extent))
  const tensorType = new WireWriter().integer(1, toElementTypeNumber(dtype)).message(2, dimensions)
  return new WireWriter().text(1, name).message(2, new WireWriter().message(1, tensorType))
}

function writeDimension(extent: Dimension): WireWriter {
  const dimension = new WireWriter()
  if (typeof extent === 'number') dimension.integer(1, extent)
  else if (extent !== null) dimension.text(2, extent)
  return dimension
}
