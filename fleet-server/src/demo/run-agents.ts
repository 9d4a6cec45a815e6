import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ServerError } from '@kedge/shared/errors/server-error'
import { answer, type Client } from '../cli/client.js'

// The agent is another program: it is started by its path, never imported.
const agentDist = path.resolve(import.meta.dirname, '../../../edge-agent/dist')

export interface DemoAgent {
  readonly name: string
  readonly data: string
  readonly port: number
  readonly labels: Readonly<Record<string, string>>
}

/** Two agents on this machine, as if they stood on two sites. */
export const demoAgents = (data: string): DemoAgent[] =>
  ['north', 'south'].map((site, i) => ({
    name: `agent-${site}`,
    data: path.join(data, 'demo', `agent-${site}`),
    port: 8090 + i,
    labels: { name: `agent-${site}`, site, app: 'load-forecaster' },
  }))

export const isEnrolled = ({ data }: DemoAgent): boolean =>
  existsSync(path.join(data, 'enrolment.json'))

/** Makes a token and has the agent join with it, as an operator would. */
export async function enrolAgent(client: Client, agent: DemoAgent): Promise<void> {
  const { token } = await answer(
    client['enrolment-tokens'].$post({
      json: { labels: { ...agent.labels }, ttlS: 600, uses: 1 },
    }),
  )
  const args = [path.join(agentDist, 'main.js'), 'enrol', '--token', token, '--data', agent.data]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new ServerError('http-failed', `${agent.name}: ${said.trim()}`)
}

/** Arguments that run the load forecaster, which embeds the agent. */
export const forecasterArguments = ({ data, port }: DemoAgent): string[] => [
  path.join(agentDist, 'demo/main.js'),
  ...['--data', data, '--port', String(port)],
]
