import { releaseCodec } from '@kedge/shared/model/release'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { createKeyFile, importPublicKey, importSigner } from '@kedge/shared/trust/keys'
import { hasHashes } from '@kedge/shared/trust/tuf/check-order'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { sampleRelease } from '../support/sample-release.js'
import { SimulatedRepository } from '../support/tuf/simulated-repository.js'
import { TufClient } from '../support/tuf/tuf-client.js'
import type { Bench } from './harness/bench.js'
import { median } from './harness/blocks.js'
import { idleShare } from './harness/cpu.js'

const models = 50
const releasesEach = 40
const rounds = 200
const goalMs = 5

const pathOf = (model: number, release: number) =>
  `models/model-${model}/1.${release}.0/release.json`

/**
 * What a device verifies when a new release is meant for it: the desired state, then root, timestamp,
 * snapshot, targets and the model's role, then the release manifest. The network is not in it.
 */
export const bench: Bench = {
  goal: 'verification',
  async *run(report) {
    const repository = await fillRepository()
    const client = new TufClient(repository)
    const trusted = await client.open()
    await trusted.refresh()
    await trusted.target(pathOf(0, 0))
    const desired = await signDesired()
    report(
      `${models} models of ${releasesEach} releases; ${rounds} new releases, one after another`,
    )
    const idle = idleShare()
    const times: number[] = []
    const cpuTimes: number[] = []
    for (let round = 0; round < rounds; round++) {
      const manifest = releaseCodec.encode(sampleRelease({ version: `1.${1000 + round}.0` }))
      const path = pathOf(0, 1000 + round)
      await repository.addTarget('model.model-0', path, manifest)
      // As many as before: a publisher takes old releases out.
      delete repository.roles.get('model.model-0')!.targets[pathOf(0, 1000 + round - releasesEach)]
      await repository.publish('model.model-0', 'snapshot', 'timestamp')
      const cpu = process.cpuUsage()
      const begin = performance.now()
      await openEnvelope(desired.envelope, payloadTypes.desired, [desired.key])
      await trusted.refresh()
      const target = await trusted.target(path)
      if (!target || !(await hasHashes(manifest, target.hashes))) throw new Error('not verified')
      releaseCodec.decode(manifest)
      times.push(performance.now() - begin)
      const { user, system } = process.cpuUsage(cpu)
      cpuTimes.push((user + system) / 1_000)
    }
    report(`median CPU time of all threads ${median(cpuTimes).toFixed(2)} ms`)
    const ratios = times.map((time) => time / goalMs)
    yield {
      what: `a new release verified by a device : ${goalMs} ms`,
      baseline: `${goalMs.toFixed(2)} ms`,
      ours: `${median(times).toFixed(2)} ms`,
      ratio: median(ratios),
      target: { atMost: 1 },
      spread: [Math.min(...ratios), Math.max(...ratios)],
      idle: idle(),
    }
  },
}

async function fillRepository(): Promise<SimulatedRepository> {
  const repository = await SimulatedRepository.create()
  repository.withHashes = true
  for (let model = 0; model < models; model++) {
    const name = `model.model-${model}`
    await repository.delegate('targets', { name, paths: [`models/model-${model}/*/*`] })
    for (let release = 0; release < releasesEach; release++) {
      await repository.addTarget(name, pathOf(model, release), encodeUtf8(String(release)))
    }
    await repository.publish(name)
  }
  await repository.publish('targets', 'snapshot', 'timestamp')
  return repository
}

async function signDesired() {
  const file = await createKeyFile('fleet')
  const payload = encodeUtf8(JSON.stringify({ slots: 'x'.repeat(1_000) }))
  return {
    key: await importPublicKey({ id: file.id, key: file.publicKey }),
    envelope: await signEnvelope(payloadTypes.desired, payload, await importSigner(file)),
  }
}
