const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to))

/** What people hand in instead of an ONNX file, told by the first bytes. */
const formats: readonly { starts: string; at?: number; advice: string }[] = [
  {
    starts: 'version https://git-lfs',
    advice:
      'it is a Git LFS pointer, not the model it stands for; run "git lfs pull" where it came from',
  },
  {
    starts: 'ORTM',
    at: 4,
    advice: 'it is in the ORT format, which fits one runtime version; hand in the .onnx file',
  },
  { starts: 'TFL3', at: 4, advice: 'it is a TensorFlow Lite model; convert it with tf2onnx' },
  { starts: 'GGUF', advice: 'it is a GGUF model; export the model to ONNX' },
  {
    starts: '\x89HDF',
    advice: 'it is an HDF5 file, as Keras writes them; convert it with tf2onnx',
  },
  {
    starts: 'PK\x03\x04',
    advice:
      'it is a ZIP archive, as PyTorch and Keras write them; export the model to ONNX or unpack it',
  },
  { starts: '\x1f\x8b', advice: 'it is compressed with gzip; unpack it first' },
  { starts: '\x80\x02', advice: 'it is a Python pickle; export the model to ONNX' },
  { starts: '\x80\x04', advice: 'it is a Python pickle; export the model to ONNX' },
  { starts: '<', advice: 'it is a web page or XML; was it a download that failed?' },
  { starts: '{', advice: 'it is JSON' },
]

/** Says what else the bytes are; undefined when they give no hint. */
export function recogniseForeignFormat(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'the file is empty'
  return formats.find(({ starts, at = 0 }) => ascii(bytes, at, at + starts.length) === starts)
    ?.advice
}
