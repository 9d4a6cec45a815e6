import { stat } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { formatBytes } from '@kedge/shared/util/units'
import type { ReleaseRecord } from '../models/model.js'
import { answer, connect, type Client, type Connection } from './client.js'
import { nextVersion } from './next-version.js'
import { note, print, printJson, type OutputFlags } from './output.js'
import { checkModelFile, type ModelFlags } from './prepare-release.js'
import { readKey, readSigners, type SigningFlags } from './read-key.js'
import { registerPublisher } from './register-publisher.js'
import { readSignedRelease } from './signed-release.js'
import {
  publish,
  uploadBlobs,
  uploadRelease,
  type UploadedBlobs,
  type UploadProgress,
} from './upload-release.js'

export interface PushFlags extends OutputFlags, Connection, ModelFlags, Partial<SigningFlags> {
  readonly name?: string
  readonly version?: string
}

/** Publishes a folder that `kedge model sign` has made, or checks and signs a model first. */
export async function pushModel(from: string, flags: PushFlags): Promise<void> {
  const isFolder = await stat(from).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const uploaded = await (isFolder ? pushSigned(from, flags) : pushFile(from, flags))
  if (process.stderr.isTTY && uploaded.newBytes > 0) process.stderr.write('\n')
  const { release, newBytes, totalBytes } = uploaded
  if (flags.json) return printJson(release)
  print(
    `${release.model}@${release.version}: ${formatBytes(newBytes)} of ${formatBytes(totalBytes)} ` +
      `were new; release ${release.sha256.slice(0, 12)}`,
  )
}

type Pushed = UploadedBlobs & { readonly release: ReleaseRecord }

/** Checks a model here, signs it, uploads what is new of it and publishes it. */
async function pushFile(file: string, flags: PushFlags): Promise<Pushed> {
  const { name, key: keyFiles = [] } = flags
  if (name === undefined || keyFiles.length === 0) {
    throw new UsageError('usage', 'a model file takes --name NAME and --key FILE')
  }
  const client = connect(flags)
  const signers = await readSigners(keyFiles, flags)
  const checked = await checkModelFile(file, flags)
  for (const keyFile of keyFiles) {
    const key = await readKey(keyFile)
    if (await registerPublisher(client, key)) note(`added ${key.name} as a publisher`)
  }
  const packaged = await checked.pack(name, flags.version ?? (await freeVersion(client, name)))
  return uploadRelease(client, packaged, { signers, onProgress: showProgress })
}

/** Uploads what was signed elsewhere; no key is needed. */
async function pushSigned(folder: string, flags: PushFlags): Promise<Pushed> {
  const client = connect(flags)
  const { model, version, file, blobs } = await readSignedRelease(folder)
  const uploaded = await uploadBlobs(client, blobs, showProgress)
  return { release: await publish(client, { model, version }, file), ...uploaded }
}

function showProgress({ sentBytes, newBytes }: UploadProgress): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\ruploading ${formatBytes(sentBytes)} of ${formatBytes(newBytes)}  `)
}

async function freeVersion(client: Client, name: string): Promise<string> {
  const response = await client.models[':name'].$get({ param: { name } })
  if ((response.status as number) === 404) return nextVersion(null)
  return nextVersion((await answer(Promise.resolve(response))).latest)
}
