import { isAnnounced } from '@kedge/shared/trust/tuf/check-order'
import { encodeUtf8, toHex } from '@kedge/shared/util/bytes'
import type { TufCase } from './tuf-case.js'

const bytes = encodeUtf8('release')
const others = [encodeUtf8('Release'), encodeUtf8('release '), encodeUtf8('')]
const oddRoles = ['?', '#', '%2e', '/delegated', '../delegated']

async function digest(algorithm: 'SHA-256' | 'SHA-512'): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest(algorithm, bytes)))
}

export const targetFileCases: readonly TufCase[] = [
  ...['file', 'models/gesture/1.0.0/release.json'].map((path): TufCase => {
    return {
      name: `vouches for the bytes of ${path}, and for no others`,
      async run({ repository, client }, check) {
        await repository.addTarget('targets', path, bytes)
        await repository.publish('targets', 'snapshot', 'timestamp')
        const target = (await client.target(path))!
        check.ok(await isAnnounced(bytes, target), 'these are the bytes')
        for (const other of others) check.ok(!(await isAnnounced(other, target)), 'these are not')
      },
    }
  }),
  {
    name: 'vouches for the newest bytes of a target that has changed, and gives the same answer again',
    async run({ repository, client }, check) {
      for (const content of [...others, bytes]) {
        await repository.addTarget('targets', 'file', content)
        await repository.publish('targets', 'snapshot', 'timestamp')
        for (let again = 0; again < 2; again++) {
          const target = (await client.target('file'))!
          for (const candidate of [...others, bytes]) {
            check.equal(await isAnnounced(candidate, target), candidate === content)
          }
        }
      }
    },
  },
  {
    name: 'tells a target by each hash that it knows, and vouches for none without one',
    async run({ repository, client }, check) {
      const [sha256, sha512] = [await digest('SHA-256'), await digest('SHA-512')]
      const wrong = '0'.repeat(64)
      for (const [hashes, is] of [
        [{ sha256 }, true],
        [{ sha512 }, true],
        [{ sha256, sha512, blake3: wrong }, true],
        [{ sha256: wrong, sha512 }, false],
        [{ sha256, sha512: wrong }, false],
        [{ blake3: wrong }, false],
        [{}, false],
      ] as const) {
        repository.targets.targets['file'] = { length: bytes.length, hashes }
        await repository.publish('targets', 'snapshot', 'timestamp')
        check.equal(await isAnnounced(bytes, (await client.target('file'))!), is)
      }
    },
  },
  ...oddRoles.map((name): TufCase => {
    return {
      name: `asks for a role called ${name} by that name, where the caller has no rules for names`,
      async run({ repository, client }, check) {
        client.names = () => undefined
        await repository.delegate('targets', { name })
        await repository.addTarget(name, 'file', bytes)
        await repository.publish(name, 'targets', 'snapshot', 'timestamp')
        check.equal((await client.target('file'))?.role, name)
        check.equal(repository.requests.at(-1), `1.${name}.json`)
      },
    }
  }),
]
