import { createHash } from 'node:crypto'

/** Secrets of tokens are 256 random bits, so one round of a plain hash hides them. */
export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex')
