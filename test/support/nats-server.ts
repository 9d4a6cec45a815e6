import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, untilListening } from './mosquitto.js'

/** Undefined when nats-server is installed, else the line that a skipped test shows. */
export const natsMissing =
  spawnSync('nats-server', ['--version']).error === undefined
    ? undefined
    : 'no nats-server on this machine; it is one binary, from the release page of nats-server'

/** A NATS server with an MQTT door and the given `authorization`. Ends when disposed. */
export async function startNats(authorization: string, password: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'kedge-nats-'))
  const [port, mqttPort] = [await freePort(), await freePort()]
  const config = path.join(folder, 'nats.conf')
  await writeFile(config, configOf({ port, mqttPort, folder }) + authorization)
  const env = { ...process.env, KEDGE_PASSWORD: password }
  const server = spawn('nats-server', ['-c', config], { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  await untilListening(mqttPort)
  return {
    url: `mqtt://127.0.0.1:${mqttPort}`,
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Place {
  readonly port: number
  readonly mqttPort: number
  readonly folder: string
}

const configOf = ({ port, mqttPort, folder }: Place) => `server_name: kedge
listen: 127.0.0.1:${port}
jetstream { store_dir: "${folder}/jetstream" }
mqtt { listen: "127.0.0.1:${mqttPort}", reject_qos2_publish: true }
`
