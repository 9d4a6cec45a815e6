// The repository of a fleet server, for python-tuf to read: `node server-repository.mjs FOLDER` starts
// one, publishes two releases, rotates the root, takes a release back, and writes what it serves to metadata/ and targets/.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { releasePath } from '@kedge/shared/trust/release-target'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import { createClient } from '../../../fleet-server/dist/cli/client.js'
import { deliver, needMetadata } from '../../../fleet-server/dist/cli/metadata-files.js'
import { registerPublisher } from '../../../fleet-server/dist/cli/register-publisher.js'
import { uploadRelease } from '../../../fleet-server/dist/cli/upload-release.js'
import { toConfig } from '../../../fleet-server/dist/config/config.js'
import { loadSecrets } from '../../../fleet-server/dist/config/secrets.js'
import { signRole } from '../../../fleet-server/dist/models/sign-release.js'
import { packageRelease } from '../../../fleet-server/dist/models/package-release.js'
import { startServer } from '../../../fleet-server/dist/server.js'
import { revokeTarget } from '../../../fleet-server/dist/trust/model-targets.js'
import { rotateRoot } from '../../../fleet-server/dist/trust/rotate-root.js'
import { tufSignerOf } from '../../../fleet-server/dist/trust/tuf-signer.js'

const folder = process.argv[2]
const data = path.join(folder, 'server')
const environment = { data, port: '0', mqttPort: '0', logLevel: 'silent' }
const config = toConfig(environment)
const secrets = await loadSecrets(config, environment)
const server = await startServer(config, secrets)
const connection = { url: server.url, token: secrets.adminToken }
const client = createClient(server.url, secrets.adminToken)

async function save(name, bytes) {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, bytes)
}

function model() {
  const graph = new GraphBuilder('net')
  const x = graph.input('x', 'float32', [1, 2])
  graph.output(graph.node('Neg', [x]), { name: 'y', dtype: 'float32', shape: [1, 2] })
  return graph.toModel()
}

async function publish(version, key) {
  const packaged = await packageRelease(model(), { name: 'gesture', version, createdAt: 1 })
  await uploadRelease(client, packaged, { signers: [await tufSignerOf(key)] })
  const { sha256 } = packaged.ref
  const target = path.dirname(releasePath(packaged.ref))
  await save(`targets/${target}/${sha256}.release.json`, packaged.blobs.get(sha256))
}

async function rotate() {
  const { signed } = readMetadata(await needMetadata(client, 'root.json'), 'root')
  const kept = await readFile(path.join(data, 'keys/offline/root.json'), 'utf8')
  const old = await tufSignerOf(JSON.parse(kept))
  const fresh = await tufSignerOf(await createKeyFile('root'))
  const next = rotateRoot(signed, { role: 'root', add: [fresh], remove: [old.keyId] }, Date.now())
  await deliver(
    [{ name: '2.root.json', bytes: await signMetadata(next, [old, fresh]) }],
    connection,
  )
}

async function revoke(version, key) {
  const role = await needMetadata(client, 'model.gesture.json')
  const signing = { role, signers: [await tufSignerOf(key)] }
  const release = { model: 'gesture', version, reason: 'it sees what is not there' }
  const change = (held) => revokeTarget(held, release, Date.now())
  await deliver([await signRole('gesture', signing, change)], connection)
}

const versionOf = (bytes) => JSON.parse(decodeUtf8(bytes)).signed.version
const key = await createKeyFile('ann')
await registerPublisher(client, key)
await publish('1.0.0', key)
await rotate()
await publish('1.1.0', key)
await revoke('1.0.0', key)
for (const name of ['1.root.json', '2.root.json', 'timestamp.json']) {
  await save(`metadata/${name}`, await needMetadata(client, name))
}
for (const role of ['snapshot', 'targets', 'model.gesture']) {
  const bytes = await needMetadata(client, `${role}.json`)
  await save(`metadata/${versionOf(bytes)}.${role}.json`, bytes)
}
await server[Symbol.asyncDispose]()
