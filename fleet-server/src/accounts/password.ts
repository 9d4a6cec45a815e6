import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { UsageError } from '@kedge/shared/errors/kedge-error'

/** Each hash holds tens of MiB while it is made; more at once would be a way to exhaust us. */
const mostAtOnce = 4
let running = 0

/**
 * A hash of a password that is costly to guess back: Argon2id (RFC 9106) in PHC form, or scrypt
 * (RFC 7914) on a machine for which no Argon2 is built.
 *
 * @throws UsageError `rate-limited` while too many are being made
 */
export const hashPassword = (password: string): Promise<string> =>
  limited(async () => {
    const argon2 = await loadArgon2()
    return argon2 ? argon2.hash(password) : hashWithScrypt(password)
  })

/** @throws UsageError `rate-limited` while too many are being checked */
export const checkPassword = (password: string, hash: string): Promise<boolean> =>
  limited(async () => {
    if (hash.startsWith('$scrypt$')) return checkWithScrypt(password, hash)
    const argon2 = await loadArgon2()
    if (argon2) return argon2.verify(hash, password)
    throw new UsageError(
      'usage',
      'this password was set on another kind of machine; have it set anew, or use the admin token',
    )
  })

/** The time of a check, for a name that nobody has: an answer must not tell which names exist. */
export async function checkNoPassword(password: string): Promise<false> {
  decoy ??= hashPassword('nobody has this password')
  await checkPassword(password, await decoy)
  return false
}
let decoy: Promise<string> | undefined

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) {
    throw new UsageError('rate-limited', 'many sign in at this moment; try again in a second')
  }
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
  }
}

/** Undefined where the package has nothing for this machine. */
async function loadArgon2() {
  try {
    return await import('@node-rs/argon2')
  } catch {
    return undefined
  }
}

/** N = 2^15, r = 8, p = 3: as costly as OWASP asks of scrypt where Argon2 is not to be had. */
const cost: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const hashBytes = 32

export async function hashWithScrypt(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `$scrypt$ln=15,r=8,p=3$${salt.toString('base64')}$${key.toString('base64')}`
}

async function checkWithScrypt(password: string, hash: string): Promise<boolean> {
  const [, , , salt = '', expected = ''] = hash.split('$')
  const key = await derive(password, Buffer.from(salt, 'base64'))
  const kept = Buffer.from(expected, 'base64')
  return kept.length === key.length && timingSafeEqual(key, kept)
}

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, hashBytes, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
