// The library finds its parts by reflection; this must come before it.
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { isIP } from 'node:net'
import { Hours, type Ms } from '@kedge/shared/util/units'

/** A certificate and its private key (PKCS #8), both as PEM. */
export interface Certified {
  readonly certificate: string
  readonly key: string
}

const day = Hours(24)
const authorityLife = 3_650 * day
/** Browsers refuse certificates that live long; this one is renewed by itself. */
export const serverLife = 90 * day
/** Devices' clocks run behind. */
const backdated = day

// Browsers know no Ed25519 in certificates; every TLS library knows P-256.
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A certificate authority of its own for one fleet server (RFC 5280). */
export async function createAuthority(now: Ms): Promise<Certified> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const serialNumber = randomSerial()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: `CN=Kedge fleet CA ${serialNumber.slice(-8)}`,
    notBefore: new Date(now - backdated),
    notAfter: new Date(now + authorityLife),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) }
}

/** A certificate of the authority for a server with these names and addresses. */
export async function issueServerCertificate(
  authority: Certified,
  names: readonly string[],
  now: Ms,
): Promise<Certified> {
  const issuer = new X509Certificate(authority.certificate)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: 'CN=Kedge fleet server',
    issuer: issuer.subject,
    notBefore: new Date(now - backdated),
    notAfter: new Date(Math.min(now + serverLife, issuer.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) }
}

/** Positive and of at most 20 bytes (RFC 5280, section 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex')
}

const toPem = async (key: CryptoKey): Promise<string> =>
  PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

const importKey = (pem: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), algorithm, false, ['sign'])
