import { readFile } from 'node:fs/promises'
import { StorageError } from '@kedge/shared/errors/device-error'
import { checkDocument } from '@kedge/shared/model/document-codec'
import {
  createKeyFile,
  importPublicKey,
  importSigner,
  keyFileSchema,
  type KeyFile,
} from '@kedge/shared/trust/keys'
import type { DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import type { DataLayout } from '../files/data-layout.js'
import { codeOf, toStorageError } from '../files/storage-faults.js'
import { writeFileAtomic } from '../files/write-atomic.js'

/** @throws StorageError `storage-failed` when there is none, `storage-corrupt` when it is no key */
export async function loadDeviceKey(layout: DataLayout): Promise<DeviceKeys> {
  const file = await readKeyFile(layout)
  if (file === undefined) {
    throw new StorageError('storage-failed', `the device's key ${layout.key} is missing`)
  }
  return toKeys(file)
}

/** The key that is there, or a new one: it is on the disk before the server hears of it. */
export async function ensureDeviceKey(layout: DataLayout): Promise<DeviceKeys> {
  const found = await readKeyFile(layout)
  if (found !== undefined) return toKeys(found)
  const file = await createKeyFile('device')
  await writeFileAtomic(layout.key, encodeUtf8(`${JSON.stringify(file)}\n`), { mode: 0o600 })
  return toKeys(file)
}

async function toKeys(file: KeyFile): Promise<DeviceKeys> {
  const { key: publicKey } = await importPublicKey({ id: file.id, key: file.publicKey })
  const { privateKey } = await importSigner(file)
  return { publicKey, privateKey }
}

async function readKeyFile({ key }: DataLayout): Promise<KeyFile | undefined> {
  let text: string
  try {
    text = await readFile(key, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw toStorageError(cause, { doing: `read ${key}` })
  }
  try {
    return checkDocument(keyFileSchema, JSON.parse(text))
  } catch (cause) {
    throw new StorageError('storage-corrupt', `${key} does not hold a device's key`, { cause })
  }
}
