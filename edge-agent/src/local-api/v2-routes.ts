import { z } from 'zod'
import { InferenceError } from '@kedge/shared/errors/device-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { checkDocument } from '@kedge/shared/model/document-codec'
import type { ServedVersion } from '@kedge/shared/device/device-model'
import { json, jsonText } from './answer.js'
import { formatInferResponse, parseInferRequest } from './infer-request.js'
import { route, type Route } from './route.js'
import type { ServedModel, Serving } from './serving.js'
import { modelMetadata, serverMetadata } from './v2-documents.js'

const feedbackSchema = z.object({
  id: z.string().max(256),
  label: z.union([z.string().max(256), z.number()]),
})

/** Open Inference Protocol v2 over HTTP, and Kedge's `feedback` beside `infer`. */
export function v2Routes(serving: Serving): Route[] {
  return [
    route('GET', '/v2', () => json(serverMetadata(serving))),
    route('GET', '/v2/health/live', () => json({ live: true })),
    route('GET', '/v2/health/ready', async () => {
      const ready = await isReady(serving)
      return json({ ready }, ready ? 200 : 503)
    }),
    ...['/v2/models/:model', '/v2/models/:model/versions/:version'].flatMap((path) =>
      modelRoutes(path, serving),
    ),
  ]
}

function modelRoutes(path: string, serving: Serving): Route[] {
  const find = async ({ model = '', version }: Record<string, string>) =>
    findModel(serving, { name: model, version })
  return [
    route('GET', path, async ({ parameters }) => {
      const { model, version } = await find(parameters)
      return json(modelMetadata(model.name, version))
    }),
    route('GET', `${path}/ready`, async ({ parameters }) => {
      const { model } = await find(parameters)
      return json({ name: model.name, ready: true })
    }),
    route('POST', `${path}/infer`, async ({ parameters, body }) => {
      const { model } = await find(parameters)
      const request = parseInferRequest(await body())
      return jsonText(formatInferResponse(model.name, request, await model.run(request.inputs)))
    }),
    route('POST', `${path}/feedback`, async ({ parameters, body }) => {
      const { model } = await find(parameters)
      const { id, label } = checkDocument(feedbackSchema, await body())
      return json({ counted: await model.feedback(id, label) })
    }),
  ]
}

/** Every model that is to run here is ready. */
async function isReady(serving: Serving): Promise<boolean> {
  const names = await serving.modelNames()
  return names.every((name) => serving.model(name).version !== undefined)
}

async function findModel(
  serving: Serving,
  wanted: { name: string; version: string | undefined },
): Promise<{ model: ServedModel; version: ServedVersion }> {
  const model = serving.model(wanted.name)
  const { version } = model
  if (version === undefined) {
    const names = await serving.modelNames()
    if (names.includes(wanted.name)) {
      throw new InferenceError('model-not-ready', `${wanted.name} is on its way and not ready yet`)
    }
    const known = names.length === 0 ? 'it has none yet' : `it has ${names.join(', ')}`
    throw new UsageError('not-found', `this agent has no model "${wanted.name}"; ${known}`)
  }
  const running = version.release.version
  if (wanted.version !== undefined && wanted.version !== running) {
    throw new UsageError(
      'not-found',
      `version ${wanted.version} of ${wanted.name} does not run here; ${running} does`,
    )
  }
  return { model, version }
}
