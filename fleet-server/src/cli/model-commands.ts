import { InvalidArgumentError, Option, type Command } from 'commander'
import { z } from 'zod'
import { toleranceSchema, type Tolerance } from '@kedge/shared/model/release'
import { hardwareClassSchema } from '@kedge/shared/util/scalars'
import { formatBytes } from '@kedge/shared/util/units'
import { allPages, answer, collect, connect, type Connection } from './client.js'
import { toModelVersion, withConnection, withPassphrase, withSigning } from './flags.js'
import { addInspectCommand } from './inspect-command.js'
import { raiseFloor, renewModel, revokeModel } from './limit-models.js'
import { formatAge, formatTable, print, printJson, type OutputFlags } from './output.js'
import { pushModel } from './push-model.js'
import { signModel } from './signed-release.js'
import { addWrapCommand } from './wrap-command.js'

const defaultTolerance = '1e-4,1e-3'

export function addModelCommands(program: Command): void {
  const model = program.command('model').description('models and their versions')
  withPassphrase(withFacts(withConnection(model.command('push <path>'))))
    .description('check an ONNX model, sign it and publish it; or publish a folder that is signed')
    .option('--name <name>', 'name of the model')
    .option('--key <files...>', 'publisher keys (kedge key create)')
    .option('--version <version>', 'such as 1.4.0 (the next patch)')
    .action(pushModel)
  withSigning(withFacts(model.command('sign <path>')), 'publisher keys')
    .description(
      'check an ONNX model and sign it into a folder, or sign such a folder too; needs no server',
    )
    .option('--name <name>', 'name of the model')
    .option('--version <version>', 'such as 1.4.0')
    .option('--out <dir>', 'folder for `kedge model push`')
    .option(
      '--role <file>',
      'model.NAME.json as it is (kedge key ls --save); none for a first release',
    )
    .action(signModel)
  addLimitCommands(model)
  addInspectCommand(model)
  addWrapCommand(model)
  withConnection(model.command('ls [name]'))
    .description('models, or the versions of one')
    .action((name: string | undefined, flags: OutputFlags & Connection) =>
      name === undefined ? listModels(flags) : listReleases(name, flags),
    )
}

/** What a publisher says of a model, beside the model itself. */
const withFacts = (command: Command): Command =>
  command
    .option('--golden <location>', 'inputs and outputs to check it by: JSON, or ONNX test data')
    .addOption(
      new Option('--tolerance <a,r>', 'how far outputs may be off: absolute,relative')
        .argParser(toTolerance)
        .default(toTolerance(defaultTolerance), defaultTolerance),
    )
    .option('--profile-from <file>', 'CSV or NDJSON of usual inputs, to see drift by')
    .option('--profile-columns <names>', 'columns of it to take', (text: string) => text.split(','))
    .option('--labels <file>', 'names of the classes, one a line')
    .addOption(new Option('--predicts <kind>', 'what it predicts').choices(['classes', 'value']))
    .option('--output <name>', 'the output that holds the prediction (the first)')
    .option('--unit <unit>', 'unit of a predicted value')
    .option('--hardware <classes>', 'what it may run on: linux-arm64,browser (any)', toClasses)
    .option('--notes <text>', 'what is new in it')

function addLimitCommands(model: Command): void {
  withPassphrase(withConnection(model.command('revoke')))
    .argument('<name@version>', 'what must not run', toModelVersion)
    .description('take a version back from every device, at its next contact')
    .requiredOption('--reason <text>', 'why, for whoever looks at a device')
    .option('--key <files...>', 'publisher keys, to have it in the signed metadata too')
    .action(revokeModel)
  withConnection(model.command('floor'))
    .argument('<name@version>', 'the oldest that may still run', toModelVersion)
    .description('let no device go back beyond a version')
    .action(raiseFloor)
  withSigning(withConnection(model.command('renew <name>')), 'publisher keys')
    .description('sign what a model has for longer, before it expires')
    .action(renewModel)
}

async function listModels(flags: OutputFlags & Connection): Promise<void> {
  const client = connect(flags)
  const items = await collect(
    allPages((cursor) => answer(client.models.$get({ query: { cursor } }))),
  )
  if (flags.json) return printJson(items)
  const rows = items.map(({ name, latest, releases, runningOn, createdAt }) => [
    name,
    latest,
    releases,
    runningOn,
    formatAge(createdAt, Date.now()),
  ])
  print(formatTable(['MODEL', 'LATEST', 'VERSIONS', 'DEVICES', 'CREATED'], rows))
}

async function listReleases(name: string, flags: OutputFlags & Connection): Promise<void> {
  const client = connect(flags)
  const { items } = await answer(client.models[':name'].releases.$get({ param: { name } }))
  if (flags.json) return printJson(items)
  const rows = items.map((release) => [
    release.version,
    formatBytes(release.modelBytes),
    formatBytes(release.newBytes),
    release.chunks,
    release.runningOn,
    release.publisher.name,
    formatAge(release.createdAt, Date.now()),
    release.sha256.slice(0, 12),
  ])
  const heads = ['VERSION', 'SIZE', 'NEW', 'CHUNKS', 'DEVICES', 'PUBLISHER', 'PUBLISHED', 'RELEASE']
  print(formatTable(heads, rows))
}

function toClasses(text: string): string[] {
  const checked = z.array(hardwareClassSchema).safeParse(text.split(','))
  if (checked.success) return checked.data
  throw new InvalidArgumentError('write them like linux-x64,linux-arm64')
}

function toTolerance(text: string): Tolerance {
  const [absolute, relative = 0] = text.split(',').map(Number)
  const checked = toleranceSchema.safeParse({ absolute, relative })
  if (checked.success) return checked.data
  throw new InvalidArgumentError(`write it like ${defaultTolerance}`)
}
