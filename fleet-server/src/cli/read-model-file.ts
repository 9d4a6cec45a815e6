import { readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'

/** @throws UsageError where there is no such file */
export async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new UsageError('usage', `cannot read ${file}; give the path of an .onnx file`, { cause })
  }
}
