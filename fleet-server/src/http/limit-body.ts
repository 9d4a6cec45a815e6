import { bodyLimit } from 'hono/body-limit'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { formatBytes } from '@kedge/shared/util/units'

/** Refuses a longer body, by what it announces or, where it comes in chunks, by what has come. */
export const limitBody = (maxBytes: number) =>
  bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new UsageError('too-large', `the body may have at most ${formatBytes(maxBytes)}`)
    },
  })
