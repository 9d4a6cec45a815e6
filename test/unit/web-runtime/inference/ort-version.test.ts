import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ortVersion } from '../../../../web-runtime/src/inference/ort-version.js'
import { runtimeVersion } from '../../../../web-runtime/src/page/runtime-version.js'

const root = path.resolve(import.meta.dirname, '../../../..')

async function versionIn(folder: string): Promise<unknown> {
  const text = await readFile(path.join(root, folder, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: unknown }).version
}

describe('versions a browser reports', () => {
  it('are those of the installed engine and of this package', async () => {
    expect(ortVersion).toBe(await versionIn('node_modules/onnxruntime-web'))
    expect(runtimeVersion).toBe(await versionIn('web-runtime'))
  })
})
