import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context } from 'hono'
import { getMimeType } from 'hono/utils/mime'

interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Undefined where it would not become smaller. */
  readonly zipped: Uint8Array<ArrayBuffer> | undefined
  readonly etag: string
  readonly type: string
}

const compress = promisify(gzip)
const compressible = /^(text\/|application\/(javascript|json|wasm|manifest)|image\/svg)/
/** Bundlers put a hash of the content in such names; plain words have neither capitals nor digits. */
const hashedName = /[-.](?=[\w-]*[A-Z0-9])[\w-]{8,}\.[a-z0-9]+$/

/** The files of one built page. They are few: each is read and compressed once and stays in memory. */
export class StaticFiles {
  readonly #folder: string
  readonly #files = new Map<string, { changedAt: number; loading: Promise<StaticFile> }>()

  constructor(folder: string) {
    this.#folder = path.resolve(folder)
  }

  /** Undefined when there is no such file. */
  async answer(c: Context, name: string): Promise<Response | undefined> {
    const file = await this.#load(name)
    if (file === undefined) return undefined
    c.header('ETag', file.etag)
    c.header('Vary', 'Accept-Encoding')
    c.header('Cache-Control', hashedName.test(name) ? immutable : 'no-cache')
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304)
    c.header('Content-Type', file.type)
    const takesGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    if (!takesGzip || file.zipped === undefined) return c.body(file.bytes)
    c.header('Content-Encoding', 'gzip')
    return c.body(file.zipped)
  }

  async #load(name: string): Promise<StaticFile | undefined> {
    const file = this.#resolve(name)
    if (file === undefined) return undefined
    const changedAt = await changeOf(file)
    if (changedAt === undefined) return undefined
    const kept = this.#files.get(file)
    if (kept?.changedAt === changedAt) return kept.loading
    const loading = readStatic(file)
    this.#files.set(file, { changedAt, loading })
    return loading
  }

  /** Undefined for a name that leads out of the folder. */
  #resolve(name: string): string | undefined {
    let decoded: string
    try {
      decoded = decodeURIComponent(name)
    } catch {
      return undefined
    }
    if (decoded.includes('\0')) return undefined
    const file = path.resolve(this.#folder, decoded)
    return file.startsWith(this.#folder + path.sep) ? file : undefined
  }
}

const immutable = 'public, max-age=31536000, immutable'

/** When a file was last built; undefined when there is none. */
async function changeOf(file: string): Promise<number | undefined> {
  try {
    const facts = await stat(file)
    return facts.isFile() ? facts.mtimeMs : undefined
  } catch {
    return undefined
  }
}

async function readStatic(file: string): Promise<StaticFile> {
  const bytes = new Uint8Array(await readFile(file))
  const type = getMimeType(file) ?? 'application/octet-stream'
  const zipped = compressible.test(type) ? new Uint8Array(await compress(bytes)) : undefined
  return {
    bytes,
    zipped: zipped && zipped.length < bytes.length ? zipped : undefined,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    type,
  }
}
