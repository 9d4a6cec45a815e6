import path from 'node:path'
import { Command } from 'commander'

export interface DemoOptions {
  /** False starts the server alone. */
  readonly demo: boolean
  readonly data: string
  readonly host: string
  readonly port: string
  readonly mqttPort: string | undefined
  readonly adminToken: string | undefined
}

const env = (name: string, fallback: string) => process.env[name] ?? fallback

/** `npm start -- …`: the flags of kedge-server that a first look needs, and `--no-demo`. */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const program = new Command('npm start --')
    .description('Starts Kedge: the fleet server, two agents and two models that it trains.')
    .option('--no-demo', 'start the server alone')
    .option('--data <dir>', 'folder of everything (KEDGE_DATA)', env('KEDGE_DATA', '.kedge'))
    .option('--host <address>', 'address to listen on (KEDGE_HOST)', env('KEDGE_HOST', '127.0.0.1'))
    .option('--port <port>', 'port of console and API (KEDGE_PORT)', env('KEDGE_PORT', '8080'))
    .option('--mqtt-port <port>', 'port of the broker (KEDGE_MQTT_PORT; 1883, with TLS 8883)')
    .option('--admin-token <token>', 'secret of the operators (KEDGE_ADMIN_TOKEN; else made)')
    // A wrong flag is a matter of usage, which is 2.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  program.parse(args, { from: 'user' })
  const flags = program.opts<DemoOptions>()
  return {
    ...flags,
    data: path.resolve(flags.data),
    mqttPort: flags.mqttPort ?? process.env['KEDGE_MQTT_PORT'],
    adminToken: flags.adminToken ?? process.env['KEDGE_ADMIN_TOKEN'],
  }
}
