import type { Release, ReleaseRef } from '@kedge/shared/model/release'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { callApi, enrolmentSecret, pushModel, type ServerAccess } from './admin-api.js'
import { denseNetwork } from './seed-models.js'
import { simulateWindows, type Performance } from './seed-telemetry.js'
import { SimulatedDevice, type Behaviour } from './simulated-device.js'

export interface SeededFleet extends AsyncDisposable {
  readonly devices: ReadonlyMap<string, SimulatedDevice>
  readonly publisher: KeyFile
}

const plant: readonly (readonly [string, 'agent' | 'browser', Record<string, string>])[] = [
  ['press-01', 'agent', { site: 'berlin', line: 'a', ring: '1' }],
  ['press-02', 'agent', { site: 'berlin', line: 'a', ring: '2' }],
  ['press-03', 'agent', { site: 'berlin', line: 'b', ring: '2' }],
  ['oven-01', 'agent', { site: 'berlin', line: 'b', ring: '1' }],
  ['oven-02', 'agent', { site: 'bonn', line: 'c', ring: '2' }],
  ['belt-01', 'agent', { site: 'bonn', line: 'c', ring: '1' }],
  ['belt-02', 'agent', { site: 'bonn', line: 'd', ring: '2' }],
  ['gate-01', 'agent', { site: 'gdansk', line: 'e', ring: '1', metered: 'true' }],
  ['gate-02', 'agent', { site: 'gdansk', line: 'e', ring: '2', metered: 'true' }],
  ['tablet-01', 'browser', { site: 'berlin' }],
  ['tablet-02', 'browser', { site: 'bonn' }],
  ['phone-01', 'browser', { site: 'gdansk' }],
]

/**
 * Fills a server, through its own API and broker, with a fleet in many states.
 *
 * @param joined called when the devices have joined, before they send telemetry of the last hours
 */
export async function seedConsole(
  access: ServerAccess,
  joined: () => Promise<void> = () => Promise.resolve(),
): Promise<SeededFleet> {
  const publisher = await createKeyFile('plant-ml')
  const { id, publicKey } = publisher
  await callApi(access, 'POST /publishers', { name: 'plant-ml', key: { id, key: publicKey } })
  for (const facts of releases) await push(access, facts, publisher)

  const devices = new Map<string, SimulatedDevice>()
  const secret = await enrolmentSecret(access)
  for (const [name, kind, labels] of plant) {
    const behave = behaviours[name] ?? succeed
    const options = { kind, secret, labels: { name, ...labels }, behave }
    devices.set(name, await SimulatedDevice.join(access, options))
  }
  await rollOut(access, ['load-forecaster', '1.0.0', 'kind=agent'])
  await rollOut(access, ['gesture', '1.0.0', 'kind=browser'])
  await settle()
  await devices.get('gate-02')?.[Symbol.asyncDispose]()
  await rollOut(access, ['load-forecaster', '1.1.0', 'kind=agent, site in (berlin, gdansk)'])
  await rollOut(access, ['gesture', '1.1.0', 'kind=browser, site!=gdansk'])
  await settle()
  await joined()
  await sendTelemetry(access, devices)
  return {
    devices,
    publisher,
    async [Symbol.asyncDispose]() {
      const online = [...devices].filter(([name]) => name !== 'gate-02')
      await Promise.allSettled(online.map(([, device]) => device[Symbol.asyncDispose]()))
    },
  }
}

const succeed: Behaviour = () => ({ state: 'active' })

const newOnly =
  (outcome: ReturnType<Behaviour>): Behaviour =>
  ({ release }) =>
    release.version === '1.0.0' ? { state: 'active' } : outcome

const behaviours: Record<string, Behaviour> = {
  'oven-01': newOnly({
    state: 'failed',
    reason: {
      code: 'golden-mismatch',
      message:
        'output y differs on golden sample 3: 0.4183 is not within 0.001 of 0.4312; load-forecaster 1.0.0 goes on running',
    },
  }),
  'press-03': newOnly({ state: 'downloading', progress: { done: 61_440, total: 147_456 } }),
  'gate-01': newOnly({
    state: 'failed',
    reason: {
      code: 'storage-full',
      message: 'needs 144.0 KiB but only 96.4 KiB are free; load-forecaster 1.0.0 goes on running',
    },
  }),
  'tablet-02': newOnly({ state: 'probing' }),
}

type SeededRelease = Pick<Release, 'model' | 'version' | 'notes' | 'prediction' | 'metrics'> & {
  readonly sizes: readonly number[]
  readonly headSeed: number
}

const gesture = {
  model: 'gesture',
  sizes: [128, 192, 192, 10],
  prediction: {
    kind: 'classes' as const,
    output: 'y',
    labels: [
      'circle',
      'line',
      'triangle',
      'square',
      'zigzag',
      'star',
      'spiral',
      'heart',
      'arrow',
      'wave',
    ],
  },
}
const forecaster = {
  model: 'load-forecaster',
  sizes: [96, 256, 128, 1],
  prediction: { kind: 'value' as const, output: 'y', unit: '%' },
}

const releases: readonly SeededRelease[] = [
  { ...forecaster, version: '1.0.0', headSeed: 11, metrics: { mae: 4.31, baseline_mae: 5.92 } },
  {
    ...forecaster,
    version: '1.1.0',
    headSeed: 12,
    metrics: { mae: 3.87, baseline_mae: 5.92 },
    notes: 'Head trained again on a week of night shifts',
  },
  { ...gesture, version: '1.0.0', headSeed: 21, metrics: { accuracy: 0.942 } },
  { ...gesture, version: '1.1.0', headSeed: 22, metrics: { accuracy: 0.961 }, notes: 'More slant' },
]

async function push(access: ServerAccess, seeded: SeededRelease, key: KeyFile): Promise<void> {
  const { sizes, headSeed, model, ...facts } = seeded
  const network = denseNetwork({ name: model, sizes, headSeed })
  await pushModel(access, network, { facts: { ...facts, name: model, createdAt: Date.now() }, key })
}

const rollOut = (
  access: ServerAccess,
  [model, version, select]: readonly [string, string, string],
) => callApi(access, 'POST /rollouts', { model, version, select })

/** Devices answer within a message or two. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 1_500))

const hour = 3_600_000

async function sendTelemetry(
  access: ServerAccess,
  devices: ReadonlyMap<string, SimulatedDevice>,
): Promise<void> {
  const refs = await releaseRefs(access)
  const now = Date.now()
  let seed = 0
  for (const [name, kind] of plant) {
    const device = devices.get(name)
    if (device === undefined || name === 'gate-02') continue
    const isAgent = kind === 'agent'
    const model = isAgent ? 'load-forecaster' : 'gesture'
    const isUpdated = isAgent ? ['press-01', 'press-02'].includes(name) : name === 'tablet-01'
    const change = now - 0.4 * hour
    const plan: [string, number, number][] = isUpdated
      ? [
          ['1.0.0', now - 2 * hour, change],
          ['1.1.0', change, now],
        ]
      : [['1.0.0', now - 2 * hour, now]]
    for (const [version, from, to] of plan) {
      const release = refs.get(`${model} ${version}`)
      if (release === undefined) continue
      const performance = performanceOf(release, isAgent)
      await device.telemetry(simulateWindows(performance, { from, to, seed: (seed += 1) }))
    }
  }
}

function performanceOf(release: ReleaseRef, isAgent: boolean): Performance {
  const isNew = release.version === '1.1.0'
  return isAgent
    ? {
        release,
        provider: 'cpu',
        runs: 60,
        medianUs: isNew ? 172 : 168,
        labels: 58,
        quality: { mae: isNew ? 3.7 : 4.4 },
      }
    : {
        release,
        provider: 'wasm',
        runs: 14,
        medianUs: isNew ? 610 : 640,
        labels: 9,
        quality: { accuracy: isNew ? 0.965 : 0.93 },
      }
}

async function releaseRefs(access: ServerAccess): Promise<Map<string, ReleaseRef>> {
  const refs = new Map<string, ReleaseRef>()
  for (const model of ['load-forecaster', 'gesture']) {
    const { items } = await callApi<{ items: ReleaseRef[] }>(
      access,
      `GET /models/${model}/releases`,
    )
    for (const { version, sha256, length } of items) {
      refs.set(`${model} ${version}`, { model, version, sha256, length })
    }
  }
  return refs
}
