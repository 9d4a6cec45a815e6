#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { loadForecaster } from '@kedge/shared/demo/load-forecaster/train-load-forecaster'
import { systemClock } from '@kedge/shared/util/clock'
import { Seconds } from '@kedge/shared/util/units'
import { startAgent } from '../agent.js'
import { exitCodeOf, messageOf } from '../cli/exit-code.js'
import { createAgentLog } from '../config/agent-log.js'
import { LoadForecaster } from './load-forecaster.js'
import { HostSampler } from './host-sampler.js'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    port: { type: 'string' },
    every: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})
const { data, port, every, help } = values

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopping.abort())
}

if (data === undefined || help) {
  process.stdout.write(
    'Usage: load-forecaster --data FOLDER [--port 8090] [--every SECONDS]\n\n' +
      "Predicts this host's processor load one minute ahead with the fleet's model\n" +
      'load-forecaster. FOLDER is made by: kedge-agent enrol --token TOKEN --data FOLDER\n',
  )
  process.exitCode = help ? 0 : 2
} else {
  try {
    await forecast(data)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = exitCodeOf(error)
  }
}

async function forecast(folder: string): Promise<void> {
  const log = createAgentLog('info', pino.destination({ dest: 1, sync: true }))
  await using agent = await startAgent({
    data: folder,
    log,
    ...(port !== undefined && { port: Number(port) }),
  })
  const sampler = new HostSampler(systemClock)
  const forecaster = new LoadForecaster({
    model: agent.model(loadForecaster.name),
    sample: () => sampler.sample(),
    clock: systemClock,
    log,
    every: Seconds(Number(every)),
  })
  await forecaster.run(stopping.signal)
}
