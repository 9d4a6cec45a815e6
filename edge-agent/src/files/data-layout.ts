import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { toStorageError } from './storage-faults.js'

/** Where everything lies in an agent's data folder. */
export interface DataLayout {
  readonly root: string
  readonly enrolment: string
  readonly device: string
  /** The token of a device that waits to be approved; readable by its owner alone. */
  readonly joining: string
  /** The device's private key; readable by its owner alone. */
  readonly key: string
  readonly lock: string
  /** Process number and local address of the agent that holds the lock. */
  readonly process: string
  /** Trusted TUF metadata. */
  readonly metadata: string
  readonly models: string
  readonly chunks: string
  readonly spool: string
  /** The runners' working directory, which stays empty. */
  readonly runners: string
}

export function dataLayout(folder: string): DataLayout {
  const root = path.resolve(folder)
  return {
    root,
    enrolment: path.join(root, 'enrolment.json'),
    device: path.join(root, 'device.json'),
    joining: path.join(root, 'joining.json'),
    key: path.join(root, 'key'),
    lock: path.join(root, 'agent.lock'),
    process: path.join(root, 'agent.json'),
    metadata: path.join(root, 'metadata'),
    models: path.join(root, 'models'),
    chunks: path.join(root, 'chunks'),
    spool: path.join(root, 'spool.db'),
    runners: path.join(root, 'runners'),
  }
}

/** @throws StorageError */
export async function createDataFolder(root: string): Promise<DataLayout> {
  const layout = dataLayout(root)
  try {
    await mkdir(layout.root, { recursive: true, mode: 0o700 })
    await mkdir(layout.metadata, { recursive: true })
    await mkdir(layout.models, { recursive: true })
    await mkdir(layout.chunks, { recursive: true })
  } catch (cause) {
    throw toStorageError(cause, { doing: `create the data folder ${layout.root}` })
  }
  return layout
}
