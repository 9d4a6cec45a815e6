import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { maxChunkBytes } from '@kedge/shared/delivery/chunk-index'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { formatBytes, KiB, MiB } from '@kedge/shared/util/units'
import { accessOf } from './route-access.js'

const limitTo = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new UsageError('too-large', `the body may have at most ${formatBytes(maxSize)}`)
    },
  })

const ofBlob = limitTo(maxChunkBytes)
const ofStranger = limitTo(KiB(16))
/** A list of 100,000 digests. */
const ofAnythingElse = limitTo(MiB(8))

/**
 * Refuses a longer body, by the length it announces or, where it comes in chunks, by what has come.
 * One limit each request: Hono's reads the whole body before it lets the request on.
 */
export const limitBody = createMiddleware((c, next) => {
  const { method, path } = c.req
  if (method === 'PUT' && path.includes('/blobs/')) return ofBlob(c, next)
  const action = accessOf(c)?.action
  const isOpen = action === 'anyone' || action === 'device'
  return isOpen ? ofStranger(c, next) : ofAnythingElse(c, next)
})
