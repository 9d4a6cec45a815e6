import type { Tensor } from '@kedge/shared/model/tensor'
import { fromHalf } from '@kedge/shared/model/half'
import { toDatatype } from './datatypes.js'

/**
 * An output as JSON text. Written by hand, because 64-bit integers have no other way to keep all
 * their digits. Not-a-number and infinite elements are null: JSON has no word for them.
 */
export function encodeTensor(name: string, tensor: Tensor): string {
  const head = JSON.stringify({ name, datatype: toDatatype(tensor.dtype), shape: tensor.shape })
  return `${head.slice(0, -1)},"data":${encodeElements(tensor)}}`
}

function encodeElements({ dtype, data }: Tensor): string {
  if (dtype === 'bool') return JSON.stringify(Array.from(data as Uint8Array, (bit) => bit === 1))
  if (dtype === 'float16') return JSON.stringify(Array.from(data as Uint16Array, fromHalf))
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return `[${data.join()}]`
  return JSON.stringify(Array.isArray(data) ? data : Array.from(data, Number))
}
