import { AwsClient } from 'aws4fetch'
import { StorageError } from '@kedge/shared/errors/device-error'
import type { BlobsConfig } from '../config/config.js'
import type { ServerSecrets } from '../config/secrets.js'
import { checkDigest, findMissing, type BlobStore } from './blob-store.js'

type S3Config = Extract<BlobsConfig, { kind: 's3' }>

/** Objects in a bucket of any S3-compatible store, addressed path-style, as all of them allow. */
export class S3BlobStore implements BlobStore {
  readonly #client: AwsClient
  readonly #base: string

  constructor(config: S3Config, credentials: NonNullable<ServerSecrets['s3']>) {
    this.#client = new AwsClient({ ...credentials, region: config.region, service: 's3' })
    this.#base = [config.endpoint.replace(/\/$/, ''), config.bucket, config.prefix]
      .filter((part) => part !== '')
      .join('/')
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.size(sha256)) !== undefined
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const response = await this.#fetch(sha256, 'GET')
    return response && new Uint8Array(await response.arrayBuffer())
  }

  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    checkDigest(sha256, bytes)
    if (await this.has(sha256)) return
    await this.#fetch(sha256, 'PUT', bytes)
  }

  missing(hashes: readonly string[]): Promise<string[]> {
    return findMissing(hashes, (sha256) => this.has(sha256))
  }

  async size(sha256: string): Promise<number | undefined> {
    const response = await this.#fetch(sha256, 'HEAD')
    return response && Number(response.headers.get('content-length'))
  }

  /** Undefined when the object is not there. @throws StorageError */
  async #fetch(sha256: string, method: string, body?: Uint8Array): Promise<Response | undefined> {
    const url = `${this.#base}/${sha256.slice(0, 2)}/${sha256}`
    const response = await this.#send(url, method, body)
    if (response.ok) return response
    if (response.status === 404 && method !== 'PUT') return undefined
    throw new StorageError(
      'storage-failed',
      `the object store answered ${response.status} to ${method} ${url}: ` +
        (await response.text()).slice(0, 300),
    )
  }

  async #send(url: string, method: string, body?: Uint8Array): Promise<Response> {
    try {
      return await this.#client.fetch(url, {
        method,
        ...(body === undefined ? {} : { body: body.slice() }),
      })
    } catch (cause) {
      throw new StorageError('storage-failed', `the object store cannot be reached: ${url}`, {
        cause,
      })
    }
  }
}
