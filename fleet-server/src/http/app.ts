import { Hono } from 'hono'
import { openAPIRouteHandler } from 'hono-openapi'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { authorityRoutes } from './authority-routes.js'
import { auditRoutes } from './audit-routes.js'
import { blobRoutes } from './blob-routes.js'
import { deviceRoutes } from './device-routes.js'
import { enrolRoutes, openEnrolment } from './enrol-routes.js'
import { enrolmentRoutes } from './enrolment-routes.js'
import { eventRoutes } from './event-routes.js'
import { guard } from './guard.js'
import { guardBody } from './guard-body.js'
import { healthRoutes, type Readiness } from './health-routes.js'
import { limitBody } from './limit-body.js'
import { measure } from './measure.js'
import { membershipRoutes } from './membership-routes.js'
import { modelRoutes } from './model-routes.js'
import { oidcRoutes } from './oidc-routes.js'
import { pageRoutes } from './page-routes.js'
import { passkeyRoutes } from './passkey-routes.js'
import { answerProblem } from './problem.js'
import { publisherRoutes } from './publisher-routes.js'
import { recordChange } from './record-change.js'
import { rolloutRoutes } from './rollout-routes.js'
import { secureHeaders } from './secure-headers.js'
import { serverRoutes } from './server-routes.js'
import { trustRoutes } from './trust-routes.js'
import { serviceTokenRoutes } from './service-token-routes.js'
import { sessionRoutes } from './session-routes.js'
import { stepUpRoutes } from './step-up-routes.js'
import { telemetryRoutes } from './telemetry-routes.js'
import { userRoutes } from './user-routes.js'
import { recogniseVisitor } from './visitor.js'

export interface AppOptions extends Readiness {
  /** Aborts when the server stops, which ends every event stream. */
  readonly stopped: AbortSignal
}

const apiRoot = '/api/v1'

/** The typed routes of the API: what the console and the command line speak. */
const createApi = (context: ServerContext, stopped: AbortSignal) =>
  new Hono()
    .route('/', deviceRoutes(context))
    .route('/', modelRoutes(context))
    .route('/', telemetryRoutes(context))
    .route('/', blobRoutes(context))
    .route('/', publisherRoutes(context))
    .route('/', enrolRoutes(context))
    .route('/', enrolmentRoutes(context))
    .route('/', membershipRoutes(context))
    .route('/', rolloutRoutes(context))
    .route('/', trustRoutes(context))
    .route('/', serverRoutes(context))
    .route('/', eventRoutes(context, stopped))
    .route('/', sessionRoutes(context))
    .route('/', stepUpRoutes(context))
    .route('/', passkeyRoutes(context))
    .route('/', oidcRoutes(context))
    .route('/', userRoutes(context))
    .route('/', serviceTokenRoutes(context))
    .route('/', auditRoutes(context))

/** The HTTP door. Whatever goes wrong is answered with a problem document. */
export function createApp(context: ServerContext, options: AppOptions) {
  const { log, metrics } = context
  const api = createApi(context, options.stopped)
  const app = new Hono()
  app.onError((error, c) => answerProblem(c, error, log))
  app.notFound((c) =>
    answerProblem(c, new UsageError('not-found', `there is nothing at ${c.req.path}`), log),
  )
  app.use(measure(metrics, context.clock), secureHeaders(context.config))
  app.use(`${apiRoot}/enrol`, openEnrolment)
  // Before the guard: what it lets anybody read says nothing of this fleet.
  app.get(`${apiRoot}/openapi.json`, openAPIRouteHandler(api, { documentation: toInfo(context) }))
  app.use(`${apiRoot}/*`, recogniseVisitor(context), guard(context))
  app.use(`${apiRoot}/*`, limitBody, guardBody(context), recordChange(context))
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
  security: [{ token: [] }, { session: [] }],
  components: {
    securitySchemes: {
      token: { type: 'http' as const, scheme: 'bearer' },
      session: { type: 'apiKey' as const, in: 'cookie', name: '__Host-kedge' },
    },
  },
})
