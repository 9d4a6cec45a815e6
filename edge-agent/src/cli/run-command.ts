import { once } from 'node:events'
import { Command, Option } from 'commander'
import { pino, type Level } from 'pino'
import { startAgent } from '../agent.js'
import { createAgentLog, logLevels } from '../config/agent-log.js'
import { finishJoining } from '../config/finish-joining.js'
import type { AgentContext } from './agent-context.js'
import { parseClass, parsePort } from './option-values.js'

interface RunFlags {
  readonly data: string
  readonly port: number
  readonly logLevel: Level
  readonly class?: string
}

export const runCommand = ({ signal }: AgentContext): Command =>
  new Command('run')
    .description('run the agent until it is told to stop')
    .requiredOption('--data <folder>', 'an enrolled data folder')
    .option('--port <port>', 'port of the local interface on 127.0.0.1', parsePort, 8090)
    .option('--class <name>', 'what hardware this is (such as linux-x64)', parseClass)
    .addOption(
      new Option('--log-level <level>', 'least that is logged').choices(logLevels).default('info'),
    )
    .action(async ({ data, port, logLevel, ...flags }: RunFlags) => {
      const log = createAgentLog(logLevel, pino.destination({ dest: 1, sync: true }))
      if (!(await finishJoining({ data, log, signal }))) return
      await using agent = await startAgent({
        data,
        port,
        log,
        ...(flags.class !== undefined && { hardwareClass: flags.class }),
      })
      if (!signal.aborted) await once(signal, 'abort')
      log.info('agent stopping', { device: agent.id })
    })
