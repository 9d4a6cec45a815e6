import { createCipheriv, createPrivateKey, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { KeyFile } from '@kedge/shared/trust/keys'
import { concatBytes, fromBase64, toBase64 } from '@kedge/shared/util/bytes'

const label = 'ENCRYPTED PRIVATE KEY'
const isPem = new RegExp(`^-----BEGIN ${label}-----\\n`)

/** node:crypto would write 2,048 rounds, and takes no other number. */
const rounds = 600_000

/** Whether it takes a passphrase to sign with the key. */
export const isEncrypted = ({ privateKey }: Pick<KeyFile, 'privateKey'>): boolean =>
  isPem.test(privateKey)

/**
 * The same key file with its private half encrypted: PKCS #8 EncryptedPrivateKeyInfo (RFC 5958) under
 * PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), as PEM, which OpenSSL and others read.
 */
export async function encryptKeyFile(file: KeyFile, passphrase: string): Promise<KeyFile> {
  const [salt, iv] = [randomBytes(16), randomBytes(16)]
  const key = await promisify(pbkdf2)(passphrase, salt, rounds, 32, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const plain = fromBase64(file.privateKey)
  const encrypted = concatBytes([cipher.update(plain), cipher.final()])
  const scheme = sequence(pbes2, sequence(keyDerivation(salt), sequence(aes256Cbc, octets(iv))))
  return { ...file, privateKey: toPem(sequence(scheme, octets(encrypted))) }
}

/** The key file ready to sign. @throws UsageError `usage` when the passphrase is another */
export function decryptKeyFile(file: KeyFile, passphrase: string): KeyFile {
  try {
    const key = createPrivateKey({ key: file.privateKey, format: 'pem', passphrase })
    return { ...file, privateKey: key.export({ type: 'pkcs8', format: 'der' }).toString('base64') }
  } catch (cause) {
    throw new UsageError('usage', `wrong passphrase for the key of ${file.name}`, { cause })
  }
}

const keyDerivation = (salt: Uint8Array) =>
  sequence(pbkdf2Id, sequence(octets(salt), integer(rounds), sequence(hmacSha256, der(0x05, []))))

// DER (ITU-T X.690), as much of it as this takes. Nothing here is as long as 64 KiB.
const der = (tag: number, content: Iterable<number>): Uint8Array => {
  const body = Uint8Array.from(content)
  const { length } = body
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : longLength(length)
  return concatBytes([Uint8Array.of(tag, ...head), body])
}
const longLength = (length: number) => [0x82, length >> 8, length & 0xff]
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, concatBytes([...parts]))
const octets = (bytes: Uint8Array) => der(0x04, bytes)
const integer = (value: number) => der(0x02, [value >> 16, (value >> 8) & 0xff, value & 0xff])
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))

const pbes2 = objectId('2a864886f70d01050d') // 1.2.840.113549.1.5.13
const pbkdf2Id = objectId('2a864886f70d01050c') // 1.2.840.113549.1.5.12
const hmacSha256 = objectId('2a864886f70d0209') // 1.2.840.113549.2.9
const aes256Cbc = objectId('60864801650304012a') // 2.16.840.1.101.3.4.1.42

const toPem = (bytes: Uint8Array): string =>
  [
    `-----BEGIN ${label}-----`,
    ...toBase64(bytes).match(/.{1,64}/g)!,
    `-----END ${label}-----`,
    '',
  ].join('\n')
