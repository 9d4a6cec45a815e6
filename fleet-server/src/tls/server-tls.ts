import type { SecureContextOptions, Server } from 'node:tls'
import { Hours, Seconds } from '@kedge/shared/util/units'
import type { Log } from '../observability/log.js'
import { fingerprintOf, type CertificateSource, type ServerCertificate } from './tls-identity.js'

/** How often it is looked whether the certificate has to be renewed, or was. */
const lookEvery = Hours(1)

/** Whoever has not finished his handshake by then is sent away. */
const handshakeTimeout = Seconds(10)

export interface Authority {
  readonly pem: string
  /** SHA-256 of its DER in hexadecimal. */
  readonly sha256: string
}

/** The certificate of every TLS port of this server, kept fresh while it runs. */
export class ServerTls implements Disposable {
  readonly #source: CertificateSource
  readonly #log: Log
  readonly #servers = new Set<Server>()
  #current: ServerCertificate
  #timer: NodeJS.Timeout | undefined

  private constructor(source: CertificateSource, current: ServerCertificate, log: Log) {
    this.#source = source
    this.#current = current
    this.#log = log
  }

  /** @throws UsageError when there is no certificate that can be used */
  static async open(source: CertificateSource, log: Log): Promise<ServerTls> {
    const tls = new ServerTls(source, await source.read(), log)
    tls.#timer = setInterval(() => void tls.refresh(), lookEvery).unref()
    return tls
  }

  /** What devices pin; undefined where the certificate is of an authority everybody knows. */
  get authority(): Authority | undefined {
    const pem = this.#current.authority
    return pem === undefined ? undefined : { pem, sha256: fingerprintOf(pem) }
  }

  /** What a TLS server is made with. */
  get options(): SecureContextOptions & { readonly handshakeTimeout: number } {
    return { ...this.#context, handshakeTimeout }
  }

  /** Gives the server each new certificate until it closes. */
  keepFresh(server: Server): void {
    this.#servers.add(server)
    server.once('close', () => this.#servers.delete(server))
  }

  /** Takes over a certificate that has been renewed; connections that stand are not disturbed. */
  async refresh(): Promise<void> {
    try {
      const fresh = await this.#source.read()
      if (fresh.certificate === this.#current.certificate) return
      this.#current = fresh
      for (const server of this.#servers) server.setSecureContext(this.#context)
      this.#log.info('the TLS certificate was renewed')
    } catch (err) {
      this.#log.error({ err }, 'the TLS certificate could not be renewed; the old one is in use')
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  get #context(): SecureContextOptions {
    const { certificate, key } = this.#current
    return { cert: certificate, key, minVersion: 'TLSv1.2' }
  }
}
