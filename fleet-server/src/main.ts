#!/usr/bin/env node
import { once } from 'node:events'
import { Command } from 'commander'
import { KedgeError } from '@kedge/shared/errors/kedge-error'
import { toConfig } from './config/config.js'
import { readEnv, type ServerEnvironment } from './config/env.js'
import { loadSecrets } from './config/secrets.js'
import { startServer } from './server.js'

const program = new Command('kedge-server')
  .description('Runs a Kedge fleet server: broker, API, console. Settings: flag, else environment.')
  .option('--data <dir>', 'folder of everything it keeps (KEDGE_DATA; .kedge)')
  .option('--host <address>', 'address to listen on (KEDGE_HOST; 127.0.0.1)')
  .option('--port <port>', 'port of API and console (KEDGE_PORT; 8080)')
  .option(
    '--mqtt-port <port>',
    'port of the embedded broker (KEDGE_MQTT_PORT; 1883, with TLS 8883)',
  )
  .option('--database-url <url>', 'postgres://… or sqlite:FILE (KEDGE_DATABASE_URL; in the folder)')
  .option('--broker-url <url>', 'an MQTT broker to use instead (KEDGE_BROKER_URL; embedded)')
  .option('--broker-ca <file>', 'authority that certified that broker, PEM (KEDGE_BROKER_CA)')
  .option('--max-connections <n>', 'to the embedded broker (KEDGE_MAX_CONNECTIONS; 10000)')
  .option(
    '--max-connections-per-address <n>',
    'more for a fleet behind one address (KEDGE_MAX_CONNECTIONS_PER_ADDRESS; 5000)',
  )
  .option(
    '--max-arrivals-per-address <n>',
    'new connections in a second (KEDGE_MAX_ARRIVALS_PER_ADDRESS; 500)',
  )
  .option(
    '--max-messages-per-device <n>',
    'in a second; a device that goes on is ended (KEDGE_MAX_MESSAGES_PER_DEVICE; 200)',
  )
  .option('--blobs-url <url>', 's3://BUCKET/PREFIX?endpoint=URL (KEDGE_BLOBS_URL; in the folder)')
  .option('--public-url <url>', 'how devices reach it, behind a proxy (KEDGE_PUBLIC_URL)')
  .option('--tls', 'TLS on this machine too; elsewhere it is always on (KEDGE_TLS)')
  .option('--tls-cert <file>', 'certificate chain to use, PEM (KEDGE_TLS_CERT; one of its own)')
  .option('--tls-key <file>', 'private key of the certificate, PEM (KEDGE_TLS_KEY)')
  .option('--tls-ca <file>', 'authority devices are to pin, where it is private (KEDGE_TLS_CA)')
  .option('--insecure', 'no TLS, though others can reach it; the log repeats it (KEDGE_INSECURE)')
  .option('--browser-origins <list>', 'origins whose pages join freely (KEDGE_BROWSER_ORIGINS)')
  .option(
    '--browser-session <s>',
    'a browser asks anew after so long (KEDGE_BROWSER_SESSION; 3600)',
  )
  .option('--browser-limit <n>', 'browsers at most (KEDGE_BROWSER_LIMIT; 10000)')
  .option(
    '--longest-token-life <s>',
    'no enrolment token lives longer (KEDGE_LONGEST_TOKEN_LIFE; 86400)',
  )
  .option(
    '--admin-token <token>',
    'secret of the operators (KEDGE_ADMIN_TOKEN; made at first start)',
  )
  .option(
    '--audit-webhook <url>',
    'signed checkpoints of the audit trail are posted there (KEDGE_AUDIT_WEBHOOK)',
  )
  .option('--oidc-issuer <url>', 'OpenID provider people sign in with (KEDGE_OIDC_ISSUER)')
  .option('--oidc-client-id <id>', 'name of this server there (KEDGE_OIDC_CLIENT_ID)')
  .option('--oidc-client-secret <s>', 'its secret there; better by KEDGE_OIDC_CLIENT_SECRET')
  .option('--oidc-role-claim <name>', 'claim that says roles (KEDGE_OIDC_ROLE_CLAIM; groups)')
  .option('--oidc-roles <map>', 'group=role,… of its values (KEDGE_OIDC_ROLES)')
  .option(
    '--telemetry-window <s>',
    'seconds devices count before they report (KEDGE_TELEMETRY_WINDOW; 60)',
  )
  .option('--log-level <level>', 'silent, error, warn, info, debug (KEDGE_LOG_LEVEL; warn)')

  // Commander would leave with 1, which means failed; a wrong flag is a matter of usage.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

async function main(): Promise<void> {
  const flags = program.parse().opts<ServerEnvironment>()
  const environment = { ...readEnv(process.env), ...flags }
  const config = toConfig(environment)
  const secrets = await loadSecrets(config, environment)
  await using server = await startServer(config, secrets)
  const broker = server.mqttPort === undefined ? 'an external broker' : `port ${server.mqttPort}`
  const setup =
    server.setupCode === undefined
      ? ''
      : `/#setup=${server.setupCode}\n  (makes the first account; works once, within 24 hours)`
  console.log(
    `kedge-server ${config.version}: console ${server.url}${setup}\n` +
      `  MQTT on ${broker}, data in ${config.data}; Ctrl-C stops it`,
  )
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

try {
  await main()
} catch (error) {
  console.error(error instanceof KedgeError ? `kedge-server: ${error.message}` : error)
  process.exitCode = error instanceof KedgeError && error.code === 'usage' ? 2 : 1
}
