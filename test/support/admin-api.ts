import { parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import type { KeyFile } from '@kedge/shared/trust/keys'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import { packageRelease, type ReleaseFacts } from '../../fleet-server/src/models/package-release.js'
import { signRelease } from '../../fleet-server/src/models/sign-release.js'
import { tufSignerOf } from '../../fleet-server/src/trust/tuf-signer.js'

/** The server under test, and the token of its operators. */
export interface ServerAccess {
  readonly url: string
  readonly adminToken: string
  /** For a server that the global one does not trust. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** One request of an operator; an answer that is no success fails the test with its text. */
export async function callApi<T>(
  { url, adminToken, fetch: ask = fetch }: ServerAccess,
  route: `${string} /${string}`,
  body?: unknown,
): Promise<T> {
  const [method = 'GET', path = '/'] = route.split(' ')
  const bytes = body instanceof Uint8Array ? new Uint8Array(body) : undefined
  const response = await ask(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      'content-type': bytes ? 'application/octet-stream' : 'application/json',
    },
    ...(body !== undefined && { body: bytes ?? JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export interface Push {
  readonly facts: ReleaseFacts
  readonly key: KeyFile
}

/** Publishes as `kedge model push` does: only the blobs that are missing are sent. */
export async function pushModel(
  access: ServerAccess,
  model: Uint8Array,
  { facts, key }: Push,
): Promise<void> {
  const { ref, blobs } = await packageRelease(model, facts)
  const { missing } = await callApi<{ missing: string[] }>(access, 'POST /blobs/missing', {
    hashes: [...blobs.keys()],
  })
  for (const digest of missing) await callApi(access, `PUT /blobs/${digest}`, blobs.get(digest))
  const role = await metadataOf(access, `model.${facts.name}.json`)
  const signers = [await tufSignerOf(key)]
  const { bytes } = await signRelease(ref, { role, signers, now: Date.now() })
  await callApi(access, `POST /models/${facts.name}/releases`, {
    version: facts.version,
    metadata: decodeUtf8(bytes),
  })
}

/** Tells a server of a key that signs releases. */
export async function addPublisher(access: ServerAccess, key: KeyFile): Promise<void> {
  const publicKey = { id: key.id, key: key.publicKey }
  await callApi(access, 'POST /publishers', { name: key.name, key: publicKey })
}

/** A metadata file as the server has it; undefined where there is none. */
export async function metadataOf(
  { url, adminToken }: ServerAccess,
  name: string,
): Promise<Uint8Array | undefined> {
  const response = await fetch(`${url}/api/v1/trust/metadata/${name}`, {
    headers: { authorization: `Bearer ${adminToken}` },
  })
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
}

/** The secret of an enrolment token that any number of devices of a test can use. */
export async function enrolmentSecret(access: ServerAccess): Promise<string> {
  const { token } = await callApi<{ token: string }>(access, 'POST /enrolment-tokens', {
    labels: {},
    ttlS: 3_600,
    uses: 1_000,
  })
  return parseEnrolmentToken(token).secret
}
