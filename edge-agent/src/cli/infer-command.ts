import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { AgentContext } from './agent-context.js'
import { toRequestInputs } from './input-tensors.js'
import { LocalClient } from './local-client.js'

interface InferFlags {
  readonly data?: string
  readonly url?: string
  readonly model: string
  readonly input: string
  readonly json?: boolean
}

const tensorSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
})
const metadataSchema = z.object({ inputs: z.array(tensorSchema) })
const responseSchema = z.looseObject({
  model_version: z.string(),
  id: z.string(),
  outputs: z.array(tensorSchema.extend({ data: z.array(z.unknown()) })),
})

export const inferCommand = ({ print }: AgentContext): Command =>
  new Command('infer')
    .description('run a model of a running agent once')
    .option('--data <folder>', "the agent's data folder")
    .option('--url <url>', "or the address of the agent's local interface")
    .requiredOption('--model <name>', 'the model')
    .requiredOption(
      '--input <json>',
      'inputs as JSON, or @FILE: {"name": [[1, 2]]}, or [[1, 2]] where there is one input',
    )
    .option('--json', 'print the whole response as JSON')
    .action(async (flags: InferFlags) => {
      const client = await clientFor(flags)
      const path = `/v2/models/${encodeURIComponent(flags.model)}`
      const { inputs } = await client.get(path, metadataSchema)
      const request = { inputs: toRequestInputs(await readInput(flags.input), inputs) }
      const response = await client.post(`${path}/infer`, responseSchema, request)
      print(flags.json ? JSON.stringify(response) : formatResponse(response))
    })

async function clientFor({ data, url }: InferFlags): Promise<LocalClient> {
  if (url !== undefined) return new LocalClient(url.replace(/\/+$/, ''))
  if (data !== undefined) return LocalClient.of(data)
  throw new UsageError('usage', 'say which agent to ask: --data FOLDER or --url URL')
}

async function readInput(text: string): Promise<unknown> {
  const source = text.startsWith('@') ? text.slice(1) : undefined
  try {
    return JSON.parse(source === undefined ? text : await readFile(source, 'utf8')) as unknown
  } catch (cause) {
    const what = source ?? '--input'
    throw new UsageError('usage', `${what} is not JSON: ${(cause as Error).message}`, { cause })
  }
}

const formatResponse = ({ model_version, id, outputs }: z.infer<typeof responseSchema>): string =>
  [
    `version ${model_version}, prediction ${id}`,
    ...outputs.map(
      ({ name, datatype, shape, data }) =>
        `${name} ${datatype} [${shape.join(', ')}]: ${data.map(String).join(' ')}`,
    ),
  ].join('\n')
