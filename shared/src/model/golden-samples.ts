import { z } from 'zod'
import { DocumentError } from '../errors/document-error.js'
import { cborCodec } from './document-codec.js'
import { dtypes, elementCount, formatShape, type Tensor } from './tensor.js'
import { fromTensorBytes, toTensorBytes } from './tensor-bytes.js'

const packedTensorSchema = z.object({
  dtype: z.enum(dtypes),
  shape: z.array(z.number().int().nonnegative()).max(16),
  /** Little-endian elements; strings as a list. */
  data: z.union([
    z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    z.array(z.string()),
  ]),
})

const packedTensorsSchema = z.record(z.string(), packedTensorSchema)

const packedSamplesSchema = z.object({
  v: z.literal(1),
  samples: z
    .array(z.object({ inputs: packedTensorsSchema, outputs: packedTensorsSchema }))
    .min(1)
    .max(1_000),
})

/** An input and the outputs that the publisher saw for it. */
export interface GoldenSample {
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly outputs: Readonly<Record<string, Tensor>>
}

const codec = cborCodec(packedSamplesSchema)

export function encodeGoldenSamples(samples: readonly GoldenSample[]): Uint8Array {
  return codec.encode({
    v: 1,
    samples: samples.map(({ inputs, outputs }) => ({
      inputs: mapValues(inputs, pack),
      outputs: mapValues(outputs, pack),
    })),
  })
}

/** @throws DocumentError `document-invalid` */
export function decodeGoldenSamples(bytes: Uint8Array): GoldenSample[] {
  return codec.decode(bytes).samples.map(({ inputs, outputs }) => ({
    inputs: mapValues(inputs, unpack),
    outputs: mapValues(outputs, unpack),
  }))
}

type PackedTensor = z.infer<typeof packedTensorSchema>

const pack = ({ dtype, shape, data }: Tensor): PackedTensor => ({
  dtype,
  shape: [...shape],
  data: toTensorBytes(data),
})

function unpack({ dtype, shape, data: packed }: PackedTensor): Tensor {
  const data = fromTensorBytes(dtype, packed)
  if (data.length === elementCount(shape)) return { dtype, shape, data }
  throw new DocumentError(
    'document-invalid',
    `${data.length} elements do not fill a tensor of shape ${formatShape(shape)}`,
  )
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
