import { Hono } from 'hono'
import { except } from 'hono/combine'
import { openAPIRouteHandler } from 'hono-openapi'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { authorityRoutes } from './authority-routes.js'
import { requireAdmin } from './bearer.js'
import { blobRoutes } from './blob-routes.js'
import { deviceRoutes } from './device-routes.js'
import { enrolmentRoutes } from './enrolment-routes.js'
import { eventRoutes } from './event-routes.js'
import { healthRoutes, type Readiness } from './health-routes.js'
import { limitBody } from './limit-body.js'
import { measure } from './measure.js'
import { modelRoutes } from './model-routes.js'
import { pageRoutes } from './page-routes.js'
import { answerProblem } from './problem.js'
import { publisherRoutes } from './publisher-routes.js'
import { rolloutRoutes } from './rollout-routes.js'
import { secureHeaders } from './secure-headers.js'
import { serverRoutes } from './server-routes.js'
import { telemetryRoutes } from './telemetry-routes.js'

export interface AppOptions extends Readiness {
  readonly isAdmin: (token: string) => boolean
  /** Aborts when the server stops, which ends every event stream. */
  readonly stopped: AbortSignal
}

const apiRoot = '/api/v1'
const openToAll = [`${apiRoot}/enrol`, `${apiRoot}/openapi.json`]

/** The typed routes of the API: what the console and the command line speak. */
const createApi = (context: ServerContext, stopped: AbortSignal) =>
  new Hono()
    .route('/', deviceRoutes(context))
    .route('/', modelRoutes(context))
    .route('/', telemetryRoutes(context))
    .route('/', blobRoutes(context))
    .route('/', publisherRoutes(context))
    .route('/', enrolmentRoutes(context))
    .route('/', rolloutRoutes(context))
    .route('/', serverRoutes(context))
    .route('/', eventRoutes(context, stopped))

/** The HTTP door. Whatever goes wrong is answered with a problem document. */
export function createApp(context: ServerContext, options: AppOptions) {
  const { log, metrics } = context
  const api = createApi(context, options.stopped)
  const admin = requireAdmin(options.isAdmin)
  const app = new Hono()
  app.onError((error, c) => answerProblem(c, error, log))
  app.notFound((c) =>
    answerProblem(c, new UsageError('not-found', `there is nothing at ${c.req.path}`), log),
  )
  app.use(measure(metrics, context.clock), secureHeaders)
  app.use(`${apiRoot}/*`, except(openToAll, admin))
  app.use(`${apiRoot}/*`, limitBody)
  app.get(`${apiRoot}/openapi.json`, openAPIRouteHandler(api, { documentation: toInfo(context) }))
  app.route('/', healthRoutes(context, options))
  app.route('/', authorityRoutes(context))
  const typed = app.route(apiRoot, api)
  app.route('/', pageRoutes(context.config.pages))
  return typed
}

/** For `hc<App>()`, the typed client. */
export type App = ReturnType<typeof createApp>

const toInfo = ({ config }: ServerContext) => ({
  info: {
    title: 'Kedge fleet server',
    version: config.version,
    description: 'Models, rollouts, devices and what they report. Times are ms since the epoch.',
  },
  servers: [{ url: apiRoot }],
  security: [{ admin: [] }],
  components: {
    securitySchemes: { admin: { type: 'http' as const, scheme: 'bearer' } },
  },
})
