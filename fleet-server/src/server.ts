import path from 'node:path'
import { ServerError } from '@kedge/shared/errors/server-error'
import { systemClock, type Clock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import type { Accounts } from './accounts/accounts.js'
import { createAdminToken } from './accounts/admin-token.js'
import { AttemptLimits } from './accounts/attempt-limits.js'
import { OidcProvider } from './accounts/oidc-provider.js'
import { OneTimeCodeRepository } from './accounts/one-time-code-repository.js'
import { PasskeyRepository } from './accounts/passkey-repository.js'
import { ServiceTokenRepository } from './accounts/service-token-repository.js'
import { SessionRepository } from './accounts/session-repository.js'
import { issueSetupCode } from './accounts/set-up.js'
import { UserRepository } from './accounts/user-repository.js'
import { AuditLog } from './audit/audit-log.js'
import { AuditRepository } from './audit/audit-repository.js'
import { IntentRepository } from './audit/intent-repository.js'
import { openCheckpointKeeper } from './audit/open-checkpoint-keeper.js'
import { openBlobStore } from './blobs/open-blob-store.js'
import type { Broker, EmbeddedBroker } from './broker/broker.js'
import { startEmbeddedBroker } from './broker/embedded-broker.js'
import { connectExternalBroker } from './broker/external-broker.js'
import { createPageGate } from './broker/page-gate.js'
import { brokerMetrics } from './broker/prometheus.js'
import { createBrokerAddress } from './broker-address.js'
import type { ServerConfig } from './config/config.js'
import type { ServerSecrets } from './config/secrets.js'
import type { ServerContext } from './context.js'
import { openDatabase } from './db/open-database.js'
import type { Database } from './db/schema.js'
import { createDeviceAuthenticator } from './devices/authenticate-device.js'
import { startBrowserJanitor } from './devices/browser-janitor.js'
import { BrowserSessionRepository } from './devices/browser-session-repository.js'
import { DesiredIssuer } from './devices/desired-issuer.js'
import { DesiredStateRepository } from './devices/desired-state-repository.js'
import { createDeviceMessages } from './devices/device-messages.js'
import { DeviceRepository } from './devices/device-repository.js'
import { EnrolmentChallenges } from './devices/enrolment-challenges.js'
import { EnrolmentRepository } from './devices/enrolment-repository.js'
import { EnrolmentTokenRepository } from './devices/enrolment-token-repository.js'
import { KeyedExclusive } from './devices/keyed-exclusive.js'
import { ReportRepository } from './devices/report-repository.js'
import { allRetained, createRetainedSource } from './devices/retained-messages.js'
import { EventBus } from './events/event-bus.js'
import { writeFileAtomically } from './files/write-file-atomically.js'
import { createApp } from './http/app.js'
import { listenHttp } from './http/listen-http.js'
import { PublisherRepository } from './models/publisher-repository.js'
import { ReleaseLimitRepository } from './models/release-limit-repository.js'
import { ReleaseRepository } from './models/release-repository.js'
import { createLog } from './observability/log.js'
import { Metrics } from './observability/metrics.js'
import { RelayOutbox } from './relay-outbox.js'
import { RolloutRepository } from './rollouts/rollout-repository.js'
import { Teardown } from './teardown.js'
import { readBrokerAuthority } from './tls/broker-authority.js'
import { openServerTls, warnOfPlain } from './tls/open-server-tls.js'
import { prepareMqttPort } from './tls/prepare-mqtt-port.js'
import { TelemetryRepository } from './telemetry/telemetry-repository.js'
import { FleetTrust } from './trust/fleet-trust.js'
import { KeyFolder } from './trust/key-folder.js'
import { measureExpiry } from './trust/measure-expiry.js'
import { MetadataRepository } from './trust/metadata-repository.js'
import { viewTrust } from './trust/view-trust.js'

/** A running server. Disposing it stops everything in order. */
export interface FleetServer extends AsyncDisposable {
  /** Where API and console are: `http://127.0.0.1:8080`. */
  readonly url: string
  /** The port of the embedded broker; undefined with an external one. */
  readonly mqttPort: number | undefined
  /** By which the first account is made; undefined once there is one. */
  readonly setupCode: string | undefined
}

/** Starts the whole fleet server. @throws ServerError `database-failed`, `port-taken` */
export async function startServer(
  config: ServerConfig,
  secrets: ServerSecrets,
  clock: Clock = systemClock,
): Promise<FleetServer> {
  const teardown = new Teardown()
  try {
    return await startParts({ config, secrets, clock }, teardown)
  } catch (error) {
    await teardown[Symbol.asyncDispose]()
    throw error
  }
}

/** What a server is started with. */
interface Given {
  readonly config: ServerConfig
  readonly secrets: ServerSecrets
  readonly clock: Clock
}

async function startParts(given: Given, teardown: Teardown): Promise<FleetServer> {
  const { config } = given
  const db = await openDatabase(config.database)
  teardown.add(() => db.destroy())
  const outbox = new RelayOutbox()
  const address = createBrokerAddress(config)
  const parts = await createParts(given, { db, outbox, address })
  const issuer = new DesiredIssuer(parts)
  const context: ServerContext = { ...parts, issuer }
  guardTransport(context, teardown)
  await context.devices.setAllOffline(context.clock.now())
  // Of a server that was killed. Those of another one that runs are followed by two rows instead.
  await context.accounts.audit.recover(context.clock.now())

  const broker = await startBroker(context)
  teardown.add(() => broker[Symbol.asyncDispose]())
  outbox.connect(broker)
  const embedded = 'port' in broker ? broker : undefined
  address.mqttPort = embedded?.port

  await warnOfDevelopment(context)
  measureExpiry(context)
  context.trust.start(() => void issuer.refresh())
  teardown.add(() => context.trust[Symbol.asyncDispose]())
  // What a server that was killed had left undone.
  issuer.start()
  void issuer.refresh()
  teardown.add(() => issuer[Symbol.asyncDispose]())

  const janitor = startBrowserJanitor(context)
  teardown.add(() => janitor[Symbol.asyncDispose]())

  context.checkpoints.start()
  teardown.add(() => context.checkpoints[Symbol.asyncDispose]())

  const http = await startHttp(context, { broker, teardown })
  // So that commands on this machine find it, whatever its flags are.
  await writeFileAtomically(path.join(config.data, 'address'), `${http}\n`)
  return {
    url: http,
    mqttPort: embedded?.port,
    setupCode: await issueSetupCode(context),
    [Symbol.asyncDispose]: () => teardown[Symbol.asyncDispose](),
  }
}

async function warnOfDevelopment(context: ServerContext): Promise<void> {
  const { advice } = await viewTrust(context)
  if (advice !== null) context.log.warn(advice)
}

interface Foundations {
  readonly db: Database
  readonly outbox: RelayOutbox
  readonly address: ReturnType<typeof createBrokerAddress>
}

async function createParts(
  given: Given,
  { db, outbox, address }: Foundations,
): Promise<Omit<ServerContext, 'issuer'>> {
  const { config, secrets, clock } = given
  const log = createLog(config.logLevel)
  const auditRows = new AuditRepository(db)
  const accounts = createAccounts(db, given, auditRows)
  const trust = await FleetTrust.open({
    clock,
    log,
    outbox,
    repository: new MetadataRepository(db),
    keys: new KeyFolder(path.join(config.data, 'keys')),
  })
  return {
    config,
    clock,
    entropy: systemEntropy,
    log,
    tls: await openServerTls({ clock, config, log }),
    brokerAuthority: await readBrokerAuthority(config.broker),
    metrics: new Metrics(),
    events: new EventBus(),
    startedAt: clock.now(),
    trust,
    blobs: await openBlobStore(config.blobs, secrets),
    outbox,
    brokerUrlFor: address.urlFor,
    perDevice: new KeyedExclusive(),
    tokens: new EnrolmentTokenRepository(db),
    challenges: new EnrolmentChallenges(clock, systemEntropy),
    enrolments: new EnrolmentRepository(db),
    browserSessions: new BrowserSessionRepository(db),
    devices: new DeviceRepository(db),
    reports: new ReportRepository(db),
    desired: new DesiredStateRepository(db),
    publishers: new PublisherRepository(db),
    releases: new ReleaseRepository(db),
    limits: new ReleaseLimitRepository(db),
    rollouts: new RolloutRepository(db),
    telemetry: new TelemetryRepository(db),
    accounts,
    auditRows,
    checkpoints: await openCheckpointKeeper(auditRows, accounts.audit, {
      ...given,
      log,
      fleet: trust.id,
    }),
  }
}

const createAccounts = (
  db: Database,
  { config, secrets, clock }: Given,
  auditRows: AuditRepository,
): Accounts => ({
  users: new UserRepository(db),
  sessions: new SessionRepository(db),
  serviceTokens: new ServiceTokenRepository(db),
  passkeys: new PasskeyRepository(db),
  codes: new OneTimeCodeRepository(db),
  attempts: new AttemptLimits(clock),
  audit: new AuditLog(auditRows, new IntentRepository(db), clock),
  adminToken: createAdminToken(secrets.adminToken),
  oidc: config.oidc && new OidcProvider(config.oidc, secrets.oidcClientSecret),
})

function guardTransport(context: ServerContext, teardown: Teardown): void {
  const reminder = warnOfPlain(context)
  teardown.add(() => reminder[Symbol.dispose]())
  teardown.add(() => context.tls?.[Symbol.dispose]())
}

function startBroker(context: ServerContext): Promise<Broker | EmbeddedBroker> {
  const { config, log, tls } = context
  const parts = {
    messages: createDeviceMessages(context),
    metrics: brokerMetrics(context.metrics.registry),
    log,
    mayOpen: createPageGate(context),
  }
  if (config.broker.kind === 'external') {
    const { url } = config.broker
    const ca = context.brokerAuthority
    const retained = () => allRetained(context)
    return connectExternalBroker({ ...parts, url, retained, ...(ca !== undefined && { ca }) })
  }
  const { port } = config.broker
  return startEmbeddedBroker({
    ...parts,
    host: config.host,
    port,
    limits: config.limits,
    retained: createRetainedSource(context),
    authenticator: createDeviceAuthenticator(context),
    prepare: (server) => prepareMqttPort(server, { tls, log }),
    ...(tls && { tls: tls.options }),
  }).catch((cause: unknown) => {
    if (!(cause instanceof ServerError)) throw cause
    const advice = 'choose another with --mqtt-port or KEDGE_MQTT_PORT'
    throw new ServerError(cause.code, `port ${port} is taken; ${advice}`, { cause })
  })
}

interface Doors {
  readonly broker: Broker
  readonly teardown: Teardown
}

async function startHttp(context: ServerContext, { broker, teardown }: Doors): Promise<string> {
  const stopped = new AbortController()
  const app = createApp(context, {
    stopped: stopped.signal,
    checks: {
      database: async () => (await context.devices.counts()).devices >= 0,
      broker: () => Promise.resolve(broker.ready),
    },
  })
  const server = await listenHttp(app, context)
  teardown.add(() => server[Symbol.asyncDispose]())
  teardown.add(() => stopped.abort())
  server.onUpgrade('/mqtt', broker.handleWebSocket.bind(broker))
  return server.url
}
