interface TlsFailure {
  readonly code:
    'certificate-untrusted' | 'certificate-name' | 'certificate-expired' | 'transport-mismatch'
  /** Continues a sentence that begins with the server. */
  readonly says: string
}

const untrusted: TlsFailure = {
  code: 'certificate-untrusted',
  says: 'shows a certificate that is not of the authority trusted here',
}
const outOfTime: TlsFailure = {
  code: 'certificate-expired',
  says: 'shows a certificate that is not valid at this time; is the clock right?',
}
const plain: TlsFailure = { code: 'transport-mismatch', says: 'does not speak TLS on this port' }

/** By the codes of OpenSSL (X509_V_ERR_…) and of Node.js. */
const failures: Readonly<Record<string, TlsFailure>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  INVALID_CA: untrusted,
  INVALID_PURPOSE: untrusted,
  CERT_HAS_EXPIRED: outOfTime,
  CERT_NOT_YET_VALID: outOfTime,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'certificate-name',
    says: 'shows a certificate for other names than the one it was reached by',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: plain,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plain,
  EPROTO: plain,
}

/** What went wrong in TLS; undefined for any other error. Looks at its causes too. */
export function tlsFailureOf(thrown: unknown): TlsFailure | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined
  const { code, cause } = thrown as { code?: unknown; cause?: unknown }
  const own = typeof code === 'string' ? failures[code] : undefined
  return own ?? (cause === thrown ? undefined : tlsFailureOf(cause))
}
