import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createKeyFile } from '@kedge/shared/trust/keys'
import {
  decryptKeyFile,
  encryptKeyFile,
  isEncrypted,
} from '../../../../fleet-server/src/trust/encrypted-key.js'

const passphrase = 'correct horse'

/** The raw public key of a PEM, as node:crypto reads it. */
function publicHalf(pem: string, secret?: string): string {
  const key = createPrivateKey({ key: pem, passphrase: secret })
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return der.subarray(-32).toString('base64')
}

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
})()

const openssl = (input: string, ...args: string[]) =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] }).toString()

describe('an encrypted key file', () => {
  it('gives the same key back for its passphrase, and for no other', async () => {
    const plain = await createKeyFile('ann')
    const sealed = await encryptKeyFile(plain, passphrase)
    expect([isEncrypted(plain), isEncrypted(sealed)]).toEqual([false, true])
    expect(JSON.stringify(sealed)).not.toContain(plain.privateKey.slice(-43))
    expect(decryptKeyFile(sealed, passphrase)).toEqual(plain)
    for (const wrong of ['', `${passphrase} `]) {
      expect(() => decryptKeyFile(sealed, wrong)).toThrow('wrong passphrase for the key of ann')
    }
  })

  it('never encrypts the same twice', async () => {
    const plain = await createKeyFile('ann')
    const [one, other] = [
      await encryptKeyFile(plain, passphrase),
      await encryptKeyFile(plain, passphrase),
    ]
    expect(one.privateKey).not.toBe(other.privateKey)
  })

  it.skipIf(!hasOpenssl)('is read by OpenSSL, and reads what OpenSSL wrote', async () => {
    const plain = await createKeyFile('ann')
    const sealed = await encryptKeyFile(plain, passphrase)
    const secret = ['-passin', `pass:${passphrase}`]
    const opened = openssl(sealed.privateKey, 'pkey', ...secret)
    expect(publicHalf(opened)).toBe(plain.publicKey)
    const again = ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', 'pass:another one']
    const privateKey = openssl(sealed.privateKey, ...again, ...secret)
    expect(decryptKeyFile({ ...sealed, privateKey }, 'another one')).toEqual(plain)
  })
})
