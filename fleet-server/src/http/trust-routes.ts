import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import { MiB } from '@kedge/shared/util/units'
import type { ServerContext } from '../context.js'
import { acceptMetadata } from '../models/accept-metadata.js'
import { parseMetadataName } from '../trust/metadata-name.js'
import { readUpload } from '../trust/read-upload.js'
import { trustViewSchema, viewTrust } from '../trust/view-trust.js'
import { describe, refuseInvalid } from './describe.js'

const tag = 'Trust'
const named = z.object({ name: z.string().max(100) })
const uploadBody = z.object({
  /** By name, such as `2.root.json`: the text of the file as it was signed. */
  files: z.record(z.string().max(100), z.string().max(MiB(1))),
})

export const trustRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/trust',
      describe({
        tag,
        summary: 'Who may sign what, and until when',
        action: 'trust.read',
        answer: trustViewSchema,
      }),
      async (c) => c.json(await viewTrust(context)),
    )
    .get(
      '/trust/metadata/:name',
      describe({
        tag,
        summary: 'A file of the TUF repository; without a version, the newest',
        action: 'trust.read',
      }),
      validator('param', named, refuseInvalid),
      async (c) => {
        const { name } = c.req.valid('param')
        const bytes = await context.trust.file(name)
        if (bytes === undefined) throw new UsageError('not-found', `there is no metadata ${name}`)
        return c.text(decodeUtf8(bytes), 200, { 'Content-Type': 'application/json' })
      },
    )
    .post(
      '/trust/metadata',
      describe({
        tag,
        summary: 'Takes signed root, targets and model files in, all or none',
        action: 'trust.publish',
        // Who may sign what stands in these; a model file says only what a model consists of.
        also: { action: 'trust.manage', when: ({ body }) => hasFileOf(body, ['root', 'targets']) },
        answer: trustViewSchema,
      }),
      validator('json', uploadBody, refuseInvalid),
      async (c) => {
        const files = Object.entries(c.req.valid('json').files)
        await acceptMetadata(
          context,
          files.map(([name, text]) => readUpload(name, encodeUtf8(text))),
        )
        return c.json(await viewTrust(context))
      },
    )

function hasFileOf(body: unknown, roles: readonly string[]): boolean {
  const { data } = uploadBody.safeParse(body)
  // What cannot be read is refused by the route.
  const names = Object.keys(data?.files ?? {})
  return names.some((name) => roles.includes(parseMetadataName(name)?.role ?? ''))
}
