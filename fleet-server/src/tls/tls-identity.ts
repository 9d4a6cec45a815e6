import { X509Certificate } from 'node:crypto'

/** What a TLS server shows, all as PEM. */
export interface ServerCertificate {
  /** The server's certificate, and those between it and the authority. */
  readonly certificate: string
  readonly key: string
  /** The authority that devices are to pin; absent where every machine knows it already. */
  readonly authority?: string
}

/** Where the certificate comes from; asked again and again while the server runs. */
export interface CertificateSource {
  /** @throws UsageError where there is none that can be used */
  read(): Promise<ServerCertificate>
}

/** SHA-256 of a certificate's DER in hexadecimal: what an enrolment token pins. */
export const fingerprintOf = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()
