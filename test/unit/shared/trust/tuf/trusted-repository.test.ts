import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { openTufSubject, type TufSubject } from '../../../../support/tuf/tuf-client.js'

let subject: TufSubject
beforeEach(async () => {
  subject = await openTufSubject()
})
afterEach(() => void vi.restoreAllMocks())

describe('a trusted repository', () => {
  it('works nothing out twice while nothing is new', async () => {
    const { client } = subject
    let named = 0
    client.names = () => void named++
    const repository = await client.open()
    await repository.refresh()
    expect(named).toBe(1)
    const read = vi.spyOn(client.store, 'read')
    const write = vi.spyOn(client.store, 'write')
    await repository.refresh()
    await repository.target('file')
    expect([named, read.mock.calls, write.mock.calls]).toEqual([1, [], []])
  })

  it('writes nothing that it has from the store', async () => {
    const { client } = subject
    await client.refresh()
    const write = vi.spyOn(client.store, 'write')
    await client.refresh()
    expect(write).not.toHaveBeenCalled()
  })

  it('forgets nothing because it could not be checked just then', async () => {
    const { repository, client } = subject
    const first = repository.files.get('timestamp.json')!
    await repository.publish('timestamp')
    await client.refresh()
    repository.files.set('timestamp.json', first)
    const trusted = await client.open()
    // The stored timestamp comes first; whoever took it for a bad one would let an older one in.
    const broken = new RangeError('out of memory')
    vi.spyOn(crypto.subtle, 'verify').mockRejectedValueOnce(broken)
    await expect(trusted.refresh()).rejects.toBe(broken)
    await expect(trusted.refresh()).rejects.toMatchObject({ code: 'metadata-rollback' })
  })

  it('gives the root that it trusts', async () => {
    const { repository, client } = subject
    const trusted = await client.open()
    expect(trusted.root.version).toBe(1)
    await repository.publish('root')
    await trusted.refreshRoot()
    expect(trusted.root.version).toBe(2)
  })

  it('says which file it lacks', async () => {
    const { repository, client } = subject
    repository.files.delete('1.snapshot.json')
    await expect(client.refresh()).rejects.toThrow(/^there is no 1\.snapshot\.json$/)
    repository.files.delete('timestamp.json')
    await expect(client.refresh()).rejects.toThrow(/^there is no timestamp\.json$/)
  })

  it('says which root came, and which must', async () => {
    const { repository, client } = subject
    repository.root.version = 2
    await repository.publish('root')
    repository.files.set('2.root.json', repository.files.get('3.root.json')!)
    await expect(client.refresh()).rejects.toThrow(/^root 3 came where root 2 must follow$/)
  })
})

describe('a file that cannot be read', () => {
  it('is told with what is wrong', () => {
    const read = (text: string) => () => readMetadata(encodeUtf8(text), 'root')
    expect(read('{')).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^not strict JSON: \S/) as string,
        cause: expect.any(SyntaxError) as Error,
      }) as Error,
    )
    expect(read('{}')).toThrow(/ of the file is not as TUF has it$/)
    expect(read('{"signatures":[],"signed":{}}')).toThrow(/ of the root is not as TUF has it$/)
  })
})
