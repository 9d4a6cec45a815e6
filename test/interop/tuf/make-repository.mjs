// Makes a repository with Kedge's own signing helpers, for python-tuf to read:
// `node make-repository.mjs FOLDER` writes metadata/, targets/ and keys.json.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { webcrypto } from 'node:crypto'
import { addSignatures, signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { ed25519Signer } from '@kedge/shared/trust/tuf/tuf-key'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { webSha256 } from '@kedge/shared/util/sha256'

const folder = process.argv[2]
const common = { spec_version: '1.0.31', expires: '2100-01-01T00:00:00Z' }

async function createSigner() {
  const pair = await webcrypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const raw = new Uint8Array(await webcrypto.subtle.exportKey('raw', pair.publicKey))
  return ed25519Signer(pair.privateKey, raw)
}

const table = (...signers) => Object.fromEntries(signers.map(({ keyId, key }) => [keyId, key]))
const role = (threshold, ...signers) => ({ keyids: signers.map(({ keyId }) => keyId), threshold })
const announce = async (bytes, version) => ({
  version,
  length: bytes.length,
  hashes: { sha256: await webSha256(bytes) },
})

const [first, second, third, online, publisher, fleet] = await Promise.all(
  Array.from({ length: 6 }, createSigner),
)

const rootOf = (version, ...holders) => ({
  _type: 'root',
  ...common,
  version,
  consistent_snapshot: true,
  keys: table(first, second, third, online),
  roles: {
    root: role(2, ...holders),
    targets: role(1, first),
    snapshot: role(1, online),
    timestamp: role(1, online),
  },
  'x-kedge': {
    fleet: { keys: table(fleet), threshold: 1 },
    fleetId: 'flëet 👋',
    fleetEpoch: 1,
  },
})

const release = encodeUtf8('{"model":"gesture"}')
const releasePath = 'models/gesture/1.0.0/release.json'
const model = await signMetadata(
  {
    _type: 'targets',
    ...common,
    version: 3,
    targets: {
      [releasePath]: {
        length: release.length,
        hashes: { sha256: await webSha256(release) },
        custom: {
          kedge: { counter: 7, createdAt: 1_800_000_000_000, note: 'naïve "quote" \\ 👋' },
        },
      },
    },
  },
  [publisher],
)
const targets = await signMetadata(
  {
    _type: 'targets',
    ...common,
    version: 2,
    targets: {},
    delegations: {
      keys: table(publisher),
      roles: [
        {
          name: 'model.gesture',
          ...role(1, publisher),
          terminating: true,
          paths: ['models/gesture/*/*'],
        },
      ],
    },
  },
  [first],
)
const snapshot = await signMetadata(
  {
    _type: 'snapshot',
    ...common,
    version: 5,
    meta: {
      'targets.json': await announce(targets, 2),
      'model.gesture.json': await announce(model, 3),
    },
  },
  [online],
)
const timestamp = await signMetadata(
  {
    _type: 'timestamp',
    ...common,
    version: 9,
    meta: { 'snapshot.json': await announce(snapshot, 5) },
  },
  [online],
)
// The second root is signed by one holder after another, as people do.
const second1 = await signMetadata(rootOf(2, second, third), [first, second])
const files = {
  'metadata/1.root.json': await signMetadata(rootOf(1, first, second), [first, second]),
  'metadata/2.root.json': await addSignatures(second1, 'root', [third]),
  'metadata/timestamp.json': timestamp,
  'metadata/5.snapshot.json': snapshot,
  'metadata/2.targets.json': targets,
  'metadata/3.model.gesture.json': model,
  [`targets/${path.dirname(releasePath)}/${await webSha256(release)}.release.json`]: release,
}
for (const [name, bytes] of Object.entries(files)) {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, bytes)
}
