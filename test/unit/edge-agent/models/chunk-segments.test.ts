import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ChunkStaging } from '../../../../edge-agent/src/models/chunk-staging.js'
import { sampleChunk } from '../../../contract/sample-files.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

const chunks = await Promise.all([1, 2, 3].map((seed) => sampleChunk(seed, 200)))

async function stage(folder: string): Promise<string> {
  await using staging = await ChunkStaging.open(folder)
  for (const { sha256, bytes } of chunks) await staging.put(sha256, bytes)
  const [name] = await readdir(folder)
  return path.join(folder, name!)
}

const heldIn = async (folder: string): Promise<boolean[]> => {
  await using staging = await ChunkStaging.open(folder)
  return chunks.map(({ sha256 }) => staging.locate(sha256) !== undefined)
}

describe('staged chunks', () => {
  it('survive a segment cut off at any byte, but for those it cut', async () => {
    await using folder = await temporaryFolder()
    const file = await stage(folder.path)
    const whole = await readFile(file)
    for (let length = whole.length; length >= 0; length -= 7) {
      await writeFile(file, whole)
      await truncate(file, length)
      const kept = Math.floor(length / 236)
      expect(await heldIn(folder.path)).toEqual([0, 1, 2].map((chunk) => chunk < kept))
    }
  })

  it('survive any flipped bit, but for the chunk it hit and those behind a broken length', async () => {
    await using folder = await temporaryFolder()
    const file = await stage(folder.path)
    const whole = await readFile(file)
    for (let bit = 0; bit < whole.length * 8; bit += 61) {
      const damaged = Buffer.from(whole)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      await writeFile(file, damaged)
      const hit = Math.floor((bit >> 3) / 236)
      const held = await heldIn(folder.path)
      expect(held.slice(0, hit)).toEqual(new Array(hit).fill(true))
      expect(held[hit]).toBe(false)
    }
  })

  it('are not appended to behind a torn end', async () => {
    await using folder = await temporaryFolder()
    const file = await stage(folder.path)
    await appendFile(file, Buffer.from([200, 0, 0, 0, 1, 2, 3]))
    const late = await sampleChunk(9)
    {
      await using staging = await ChunkStaging.open(folder.path)
      await staging.put(late.sha256, late.bytes)
    }
    await using again = await ChunkStaging.open(folder.path)
    expect(again.locate(late.sha256)).toBeDefined()
  })

  it('leave no file behind when all are let go', async () => {
    await using folder = await temporaryFolder()
    await stage(folder.path)
    await using staging = await ChunkStaging.open(folder.path)
    const late = await sampleChunk(9)
    await staging.put(late.sha256, late.bytes)
    await staging.keepOnly(() => false)
    expect(await readdir(folder.path)).toEqual([])
    expect(staging.usedBytes).toBe(0)
    await staging.put(late.sha256, late.bytes)
    expect(staging.locate(late.sha256)).toBeDefined()
  })
})
