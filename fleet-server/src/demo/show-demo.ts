import path from 'node:path'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { answer, type Client } from '../cli/client.js'
import { percent } from './format-metric.js'
import type { DemoOptions } from './demo-options.js'
import type { Progress } from './progress.js'
import { demoPublisher, publishDemo } from './publish-demo.js'
import { demoAgents, enrolAgent, isEnrolled, type DemoAgent } from './run-agents.js'
import { trainDemo, type DemoName } from './train-demo.js'

export interface DemoStage {
  readonly options: DemoOptions
  readonly client: Client
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Starts the program of an agent and keeps it running. */
  readonly runAgent: (agent: DemoAgent) => void
}

/** What each demo model is called in the terminal, and on which devices it runs. */
const demos = [
  { name: 'load-forecaster', title: 'Load forecaster', select: 'app=load-forecaster' },
  { name: 'gesture-recogniser', title: 'Gesture recogniser', select: 'kind=browser' },
] as const satisfies { name: DemoName; title: string; select: string }[]

/** Brings the demo to where both agents run their model; what is there already stays as it is. */
export async function showDemo(stage: DemoStage): Promise<void> {
  for (const demo of demos) await publishOnce(stage, demo)
  for (const demo of demos) await rollOutOnce(stage, demo)
  const agents = demoAgents(stage.options.data)
  await stage.progress.step('Agents', async () => {
    const missing = agents.filter((agent) => !isEnrolled(agent))
    for (const agent of missing) await enrolAgent(stage.client, agent)
    for (const agent of agents) stage.runAgent(agent)
    const names = agents.map(({ name }) => name).join(' and ')
    return missing.length > 0 ? `${names} enrolled and started` : `${names} started`
  })
  await stage.progress.step('Rolled out', (say) => untilServing(stage, agents.length, say))
}

async function publishOnce(
  { options, client, progress, signal }: DemoStage,
  { name, title }: (typeof demos)[number],
): Promise<void> {
  await progress.step(title, async (say) => {
    const known = await latestOf(client, name)
    if (known !== undefined) return `published as ${name}@${known}`
    const begin = systemClock.monotonic()
    const onEpoch = (epoch: number) => say(`training, epoch ${epoch}`)
    const demo = await trainDemo(name, { onEpoch, signal })
    const seconds = ((systemClock.monotonic() - begin) / 1000).toFixed(1)
    const key = await demoPublisher(path.join(options.data, 'demo', 'publisher.json'))
    const { model, version } = await publishDemo(client, key, demo)
    return `trained in ${seconds} s (${tellMetrics(demo.metrics)}), published as ${model}@${version}`
  })
}

function tellMetrics(metrics: Readonly<Record<string, number>>): string {
  const { accuracy, mae, persistence_mae: persistence } = metrics
  if (accuracy !== undefined) return `${percent(accuracy)} of generated test strokes right`
  return `off by ${percent(mae ?? NaN)} on average, ${percent(persistence ?? NaN)} if load stayed as it is`
}

async function rollOutOnce({ client }: DemoStage, demo: (typeof demos)[number]): Promise<void> {
  const { items } = await answer(client.rollouts.$get({ query: {} }))
  const version = await latestOf(client, demo.name)
  if (version === undefined || items.some(({ model }) => model === demo.name)) return
  await answer(client.rollouts.$post({ json: { model: demo.name, version, select: demo.select } }))
}

/** The newest version of a model; undefined when there is none. */
async function latestOf(client: Client, name: string): Promise<string | undefined> {
  const { items } = await answer(client.models.$get({ query: {} }))
  return items.find((model) => model.name === name)?.latest ?? undefined
}

/** Waits until every agent serves the model; says meanwhile how many do. */
async function untilServing(
  { client, signal }: DemoStage,
  wanted: number,
  say: (text: string) => void,
): Promise<string> {
  const { name } = demos[0]
  for (;;) {
    const model = await answer(client.models[':name'].$get({ param: { name } }))
    const tally = `${name}@${model.latest} runs on ${model.runningOn} of ${wanted} agents`
    if (model.runningOn >= wanted) return tally
    say(tally)
    await systemClock.sleep(Ms(250), signal)
  }
}
