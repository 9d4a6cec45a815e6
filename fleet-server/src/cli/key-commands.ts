import path from 'node:path'
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { Connection } from './client.js'
import { changePassphrase, createKey } from './create-key.js'
import { toWholeNumber, withConnection, withPassphrase, withSigning } from './flags.js'
import { grantKey } from './grant-key.js'
import { initKeys } from './init-keys.js'
import { listKeys } from './list-keys.js'
import { deliver, readMetadataFile } from './metadata-files.js'
import { renewKey } from './renew-key.js'
import { rotateKey } from './rotate-key.js'
import { signFile } from './sign-file.js'

const folder = 'write the signed files here instead of uploading them'

export function addKeyCommands(program: Command): void {
  const key = program
    .command('key')
    .description('who may sign what; made and signed on your machine')
  addMakingCommands(key)
  addChangingCommands(key)
  addRootCommands(key)
  withConnection(key.command('ls [files...]'))
    .description('roles, their keys and when they expire: of the server, or of metadata files')
    .option('--save <dir>', 'keep root, targets and model files of the server here')
    .action(listKeys)
  withConnection(key.command('upload <files...>'))
    .description('give signed root, targets or model files to the server, all or none')
    .action(uploadFiles)
}

const withNewPassphrase = (command: Command): Command =>
  withPassphrase(command).option('--no-passphrase', 'keep the file readable as it is')

function addMakingCommands(key: Command): void {
  withNewPassphrase(key.command('init'))
    .description('make every key of a new fleet, and the metadata it begins with')
    .requiredOption('--out <dir>', 'a new folder; it becomes DATA/keys, without offline/')
    .option('--roots <n>', 'how many root keys to make', toWholeNumber, 1)
    .option(
      '--root-keys <keys...>',
      'public keys or key files of root holders who have made their own, instead of --roots',
    )
    .option('--threshold <n>', 'how many of them sign a root', toWholeNumber, 1)
    .action(initKeys)
  withNewPassphrase(key.command('create'))
    .description('make the key of a publisher, or of who holds root or targets')
    .option('--out <file>', 'where to keep it', 'kedge-publisher.json')
    .option('--name <name>', 'who signs with it', userInfo().username)
    .option('--json', 'print JSON')
    .action(createKey)
  withNewPassphrase(key.command('passphrase <file>'))
    .description('encrypt a key file, or give it another passphrase')
    .option('--old-passphrase-file <file>', 'the passphrase that it has')
    .action(changePassphrase)
}

function addChangingCommands(key: Command): void {
  withSigning(
    withConnection(key.command('grant <model>')),
    'targets keys that sign the grant; not those that get it',
  )
    .description('let keys sign releases of a model, or take their say')
    .option('--to <keys...>', 'public keys in base64, or key files')
    .option('--withdraw <keys...>', 'keys that may sign no more: ids, public keys or key files')
    .option('--threshold <n>', 'how many keys sign a release', toWholeNumber)
    .option('--targets <file>', 'targets.json to begin with (that of the server)')
    .option('--out <dir>', folder)
    .action(grantKey)
  withSigning(
    withConnection(key.command('rotate <role>')),
    'keys that sign: of root; for model.NAME, of targets',
  )
    .description('give root, targets, snapshot, timestamp, fleet or model.NAME other keys')
    .option('--add <keys...>', 'new keys: public keys in base64, or key files')
    .option('--remove <ids...>', 'ids of keys that no longer count (all that are not added)')
    .option('--keep', 'remove none')
    .option('--threshold <n>', 'how many keys sign', toWholeNumber)
    .option('--root <file>', 'root.json to begin with (that of the server)')
    .option('--targets <file>', 'targets.json, where it changes (that of the server)')
    .option('--role <file>', 'model.NAME.json, where it changes (that of the server)')
    .option('--out <dir>', folder)
    .action(rotateKey)
}

function addRootCommands(key: Command): void {
  withSigning(withConnection(key.command('renew <role>')), 'keys of that role')
    .description('sign root or targets for longer, before they expire')
    .option('--from <file>', 'root.json or targets.json to begin with (that of the server)')
    .option('--out <dir>', folder)
    .action(renewKey)
  withSigning(key.command('sign <file>'), 'keys to sign with')
    .description('add a signature to a metadata file, where it takes several')
    .action(signFile)
}

async function uploadFiles(files: readonly string[], flags: Connection): Promise<void> {
  const read = files.map(async (file) => ({
    name: path.basename(file),
    bytes: await readMetadataFile(file),
  }))
  await deliver(await Promise.all(read), flags)
}
