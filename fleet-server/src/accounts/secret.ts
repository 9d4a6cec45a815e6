import { createHash } from 'node:crypto'
import { toBase64Url } from '@kedge/shared/util/bytes'
import type { Entropy } from '@kedge/shared/util/entropy'

/** 256 bits of chance in base64url: nobody guesses it, so a plain hash of it can be kept. */
export const newSecret = ({ bytes }: Pick<Entropy, 'bytes'>): string => toBase64Url(bytes(32))

/** SHA-256 in hexadecimal: what is kept of a secret that is random. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
