import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { SignedFile } from '../models/sign-release.js'
import { answer, connect, done, type Client, type Connection } from './client.js'
import { print } from './output.js'

/** The newest file of a role on the server; undefined when it has none. */
export async function fetchMetadata(client: Client, name: string): Promise<Uint8Array | undefined> {
  const response = await client.trust.metadata[':name'].$get({ param: { name } })
  if ((response.status as number) === 404) return undefined
  await done(Promise.resolve(response))
  return encodeUtf8(await response.text())
}

/** @throws UsageError `not-found` */
export async function needMetadata(client: Client, name: string): Promise<Uint8Array> {
  const bytes = await fetchMetadata(client, name)
  if (bytes === undefined) throw new UsageError('not-found', `the server has no ${name}`)
  return bytes
}

/** @throws UsageError `usage` when it cannot be read */
export async function readMetadataFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new UsageError('usage', `cannot read ${file}`, { cause })
  }
}

/** A file to begin with: one on this machine, or the newest of the server. @throws UsageError */
export const findMetadata = (
  name: string,
  file: string | undefined,
  flags: Connection,
): Promise<Uint8Array> =>
  file === undefined ? needMetadata(connect(flags), name) : readMetadataFile(file)

const uploadMetadata = (client: Client, files: readonly SignedFile[]) =>
  answer(
    client.trust.metadata.$post({
      json: {
        files: Object.fromEntries(files.map(({ name, bytes }) => [name, decodeUtf8(bytes)])),
      },
    }),
  )

/** Writes signed files into a folder where one is named, and uploads them otherwise. */
export async function deliver(
  files: readonly SignedFile[],
  { out, ...flags }: Connection & { readonly out?: string },
): Promise<void> {
  const names = files.map(({ name }) => name).join(' and ')
  if (out === undefined) {
    await uploadMetadata(connect(flags), files)
    return print(`the server has taken ${names}`)
  }
  for (const { name, bytes } of files) await writeFileAtomically(path.join(out, name), bytes)
  const paths = files.map(({ name }) => path.join(out, name)).join(' ')
  print(`${names} in ${out}; give it to the server with \`kedge key upload ${paths}\``)
}
