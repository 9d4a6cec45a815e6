// The part of the web platform that Node and browsers share and that this package uses.
// `shared` compiles with neither Node's nor the DOM's types, so a slip into either does not build.

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare const AbortSignal: {
  any(signals: AbortSignal[]): AbortSignal
  timeout(milliseconds: number): AbortSignal
}
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

interface CryptoKey {
  readonly type: 'private' | 'public' | 'secret'
  readonly extractable: boolean
  readonly algorithm: object
}
declare const crypto: {
  randomUUID(): string
  getRandomValues<T extends Uint8Array>(array: T): T
  subtle: {
    digest(algorithm: 'SHA-256' | 'SHA-512', data: Uint8Array): Promise<ArrayBuffer>
    sign(algorithm: 'Ed25519', key: CryptoKey, data: Uint8Array): Promise<ArrayBuffer>
    verify(
      algorithm:
        'Ed25519' | { name: 'ECDSA'; hash: 'SHA-256' } | { name: 'RSA-PSS'; saltLength: number },
      key: CryptoKey,
      signature: Uint8Array,
      data: Uint8Array,
    ): Promise<boolean>
    importKey(
      format: 'raw' | 'pkcs8' | 'spki',
      key: Uint8Array,
      algorithm:
        'Ed25519' | { name: 'ECDSA'; namedCurve: 'P-256' } | { name: 'RSA-PSS'; hash: 'SHA-256' },
      extractable: boolean,
      usages: string[],
    ): Promise<CryptoKey>
    exportKey(format: 'raw' | 'pkcs8' | 'spki', key: CryptoKey): Promise<ArrayBuffer>
    generateKey(
      algorithm: 'Ed25519',
      extractable: boolean,
      usages: string[],
    ): Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }>
  }
}

declare const performance: { now(): number }
declare function setTimeout(run: () => void, milliseconds: number): unknown
declare function clearTimeout(timer: unknown): void
declare function btoa(binary: string): string
declare function atob(base64: string): string
declare function structuredClone<T>(value: T): T
declare function queueMicrotask(run: () => void): void
declare class URL {
  constructor(url: string, base?: string)
  readonly href: string
}
