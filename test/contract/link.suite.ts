import type { Link } from '@kedge/shared/device/ports/link'
import { topics } from '@kedge/shared/protocol/topics'
import type { Envelope } from '@kedge/shared/trust/dsse'
import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'

/** A link, and the other end of it. */
export interface LinkSubject extends AsyncDisposable {
  readonly link: Link
  readonly device: string
  /** Makes a chunk fetchable, and gives its digest. */
  readonly putBlob: (bytes: Uint8Array) => Promise<string>
  /** Retains a desired state for the device and announces it, whatever it is. */
  readonly setDesired: (document: unknown) => Promise<void>
  /** What the device said of its presence, in order. */
  readonly presences: () => Promise<string[]>
  /** Ends the device's connection from the other side, without a word. */
  readonly cut: () => Promise<void>
}

const envelope = (payload: string): Envelope => ({ payloadType: 'test', payload, signatures: [] })

async function online(link: Link, wanted = true): Promise<void> {
  if (link.online === wanted) return
  await new Promise<void>((resolve) => {
    const unwatch = link.onOnline((now) => {
      if (now !== wanted) return
      unwatch()
      resolve()
    })
  })
}

/** Asks until it is so; the other end of a network needs its time. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(() => resolve(0), 10))
}

const cases: ContractCase<LinkSubject>[] = [
  {
    name: 'comes online by itself',
    async run({ link }, check) {
      await online(link)
      check.equal(link.online, true)
    },
  },
  {
    name: 'resolves a publish when the broker has it',
    async run({ link, device, presences }, check) {
      await online(link)
      await link.publish(topics.presence(device), { v: 1, state: 'online' })
      await until(async () => (await presences()).length > 0)
      check.equal(await presences(), ['online'])
    },
  },
  {
    name: 'delivers what is retained at once, and what comes later',
    async run({ link, device, setDesired }, check) {
      await setDesired(envelope('first'))
      await online(link)
      const seen: string[] = []
      const subscription = await link.subscribe(topics.desired(device), ({ payload }) =>
        seen.push(payload),
      )
      await until(() => seen.length === 1)
      await setDesired(envelope('second'))
      await until(() => seen.length === 2)
      check.equal(seen, ['first', 'second'])
      await subscription[Symbol.asyncDispose]()
    },
  },
  {
    name: 'delivers each of many chunks to whoever asked for it',
    async run({ link, putBlob }, check) {
      await online(link)
      const bytes = Array.from({ length: 40 }, (_, i) => new Uint8Array(1_000).fill(i))
      const digests = await Promise.all(bytes.map((one) => putBlob(one)))
      const chunks = digests.map(
        (sha256) =>
          new Promise<Uint8Array>((resolve) => void link.subscribe(topics.blob(sha256), resolve)),
      )
      check.equal(
        (await Promise.all(chunks)).map((chunk) => chunk[0]),
        bytes.map((chunk) => chunk[0]),
      )
    },
  },
  {
    name: 'delivers nothing after a subscription was disposed of',
    async run({ link, device, setDesired }, check) {
      await online(link)
      const seen: unknown[] = []
      const first = await link.subscribe(topics.desired(device), (document) => seen.push(document))
      await first[Symbol.asyncDispose]()
      await setDesired(envelope('unseen'))
      await link.publish(topics.presence(device), { v: 1, state: 'online' })
      check.equal(seen, [])
    },
  },
  {
    name: 'counts a document that does not match its schema, and does not deliver it',
    async run({ link, device, setDesired }, check) {
      await setDesired({ payload: 7 })
      await online(link)
      const seen: string[] = []
      await link.subscribe(topics.desired(device), ({ payload }) => seen.push(payload))
      await until(() => link.malformed === 1)
      await setDesired(envelope('good'))
      await until(() => seen.length === 1)
      check.equal(seen, ['good'])
    },
  },
  {
    name: 'comes back after its connection was cut, and hears what is retained again',
    async run({ link, device, setDesired, cut, presences }, check) {
      await setDesired(envelope('kept'))
      await online(link)
      const seen: string[] = []
      await link.subscribe(topics.desired(device), ({ payload }) => seen.push(payload))
      await until(() => seen.length === 1)
      await cut()
      await online(link, false)
      const offline = link.publish(topics.presence(device), { v: 1, state: 'online' })
      await check.rejects(offline, 'link-offline')
      await until(async () => (await presences()).includes('offline'))
      await online(link)
      await until(() => seen.length === 2)
      check.equal(seen, ['kept', 'kept'])
    },
  },
  {
    name: 'can be disposed of at once, before it is online',
    async run({ link }, check) {
      const start = Date.now()
      await link[Symbol.asyncDispose]()
      check.ok(Date.now() - start < 2_000, 'it does not wait for the broker')
      check.equal(link.online, false)
    },
  },
  {
    name: 'goes offline when it is disposed of',
    async run({ link, device }, check) {
      await online(link)
      await link[Symbol.asyncDispose]()
      check.equal(link.online, false)
      const late = link.publish(topics.presence(device), { v: 1, state: 'online' })
      await check.rejects(late, 'link-offline')
    },
  },
]

export const linkContract: Contract<LinkSubject> = { port: 'link', cases }
