import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** The folder of real models and data sets, which is not part of this repository. */
export const dataDir = process.env['KEDGE_DATA_DIR'] ?? path.resolve(root, '../shared/data')

/** Undefined when the data is there, else the line that a skipped test shows. */
export const dataMissing = existsSync(path.join(dataDir, 'FILES.tsv'))
  ? undefined
  : `no test data at ${dataDir}; set KEDGE_DATA_DIR to run this`

export const readData = (file: string): Promise<Buffer> => readFile(path.join(dataDir, file))
