import { parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { importSigner, type KeyFile } from '@kedge/shared/trust/keys'
import { packageRelease, type ReleaseFacts } from '../../fleet-server/src/models/package-release.js'

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

/** Publishes as `kedge model push` does: only the blobs that are missing are sent. */
export async function pushModel(
  access: ServerAccess,
  model: Uint8Array,
  { facts, key }: { facts: ReleaseFacts; key: KeyFile },
): Promise<void> {
  const { envelope, blobs } = await packageRelease(model, facts, await importSigner(key))
  const { missing } = await callApi<{ missing: string[] }>(access, 'POST /blobs/missing', {
    hashes: [...blobs.keys()],
  })
  for (const digest of missing) await callApi(access, `PUT /blobs/${digest}`, blobs.get(digest))
  await callApi(access, `POST /models/${facts.name}/releases`, { envelope })
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
