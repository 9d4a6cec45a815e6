import { dtypes, type DType } from '@kedge/shared/model/tensor'

/** Open Inference Protocol v2, "Tensor Data Types", and what ONNX calls them. */
const datatypes = {
  float32: 'FP32',
  float64: 'FP64',
  float16: 'FP16',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  bool: 'BOOL',
  string: 'BYTES',
} as const satisfies Record<DType, string>

export type Datatype = (typeof datatypes)[DType]

export const toDatatype = (dtype: DType): Datatype => datatypes[dtype]

export const fromDatatype = (datatype: string): DType | undefined =>
  dtypes.find((dtype) => datatypes[dtype] === datatype)

export const knownDatatypes = Object.values(datatypes).join(', ')
