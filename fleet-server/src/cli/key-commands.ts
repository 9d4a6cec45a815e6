import path from 'node:path'
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { addSignatures } from '@kedge/shared/trust/tuf/sign-metadata'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { writeKeyFile } from '../trust/key-folder.js'
import { tufSignerOf } from '../trust/tuf-signer.js'
import type { Connection } from './client.js'
import { toWholeNumber, withConnection } from './flags.js'
import { grantKey } from './grant-key.js'
import { initKeys } from './init-keys.js'
import { listKeys } from './list-keys.js'
import { deliver, readMetadataFile } from './metadata-files.js'
import { print, printJson, type OutputFlags } from './output.js'
import { checkFree, readKey } from './read-key.js'
import { rotateKey } from './rotate-key.js'

const folder = 'write the signed files here instead of uploading them'

export function addKeyCommands(program: Command): void {
  const key = program
    .command('key')
    .description('who may sign what; made and signed on your machine')
  addMakingCommands(key)
  addSigningCommands(key)
  withConnection(key.command('ls [files...]'))
    .description('roles, their keys and when they expire: of the server, or of metadata files')
    .option('--save <dir>', 'keep root, targets and model files of the server here')
    .action(listKeys)
  withConnection(key.command('upload <files...>'))
    .description('give signed root, targets or model files to the server, all or none')
    .action(uploadFiles)
}

function addMakingCommands(key: Command): void {
  key
    .command('init')
    .description('make every key of a new fleet, and the metadata it begins with')
    .requiredOption('--out <dir>', 'a new folder; it becomes DATA/keys, without offline/')
    .option('--roots <n>', 'how many root keys', toWholeNumber, 1)
    .option('--threshold <n>', 'how many of them sign a root', toWholeNumber, 1)
    .action(initKeys)
  key
    .command('create')
    .description('make a publisher key; it stays in a file of yours')
    .option('--out <file>', 'where to keep it', 'kedge-publisher.json')
    .option('--name <name>', 'who signs with it', userInfo().username)
    .option('--json', 'print JSON')
    .action(createKey)
}

function addSigningCommands(key: Command): void {
  withConnection(key.command('grant <model>'))
    .description('let a key sign releases of a model, or take its say')
    .requiredOption('--key <files...>', 'targets keys that sign the grant')
    .option('--to <keys...>', 'public keys in base64, or key files')
    .option('--withdraw <keys...>', 'keys that may sign no more: ids, public keys or key files')
    .option('--threshold <n>', 'how many keys sign a release', toWholeNumber)
    .option('--targets <file>', 'targets.json to begin with (that of the server)')
    .option('--out <dir>', folder)
    .action(grantKey)
  withConnection(key.command('rotate <role>'))
    .description('give root, targets, snapshot, timestamp or fleet other keys')
    .requiredOption('--key <files...>', 'root keys that sign, of the old root and of the new')
    .option('--add <keys...>', 'new keys: public keys in base64, or key files')
    .option('--remove <ids...>', 'ids of keys that no longer count (all that are not added)')
    .option('--keep', 'remove none')
    .option('--threshold <n>', 'how many keys sign', toWholeNumber)
    .option('--root <file>', 'root.json to begin with (that of the server)')
    .option('--targets <file>', 'targets.json, when its keys change (that of the server)')
    .option('--out <dir>', folder)
    .action(rotateKey)
  key
    .command('sign <file>')
    .description('add a signature to a metadata file, where it takes several')
    .requiredOption('--key <files...>', 'keys to sign with')
    .action(signFile)
}

interface CreateFlags extends OutputFlags {
  readonly out: string
  readonly name: string
}

async function createKey({ out, name, json }: CreateFlags): Promise<void> {
  await checkFree(out)
  const key = await createKeyFile(name)
  await writeKeyFile(out, key)
  if (json) return printJson({ file: out, id: key.id, name, publicKey: key.publicKey })
  print(`${out}: key ${key.id} of ${name}; keep it secret and keep a copy`)
  print(`public key ${key.publicKey}`)
}

async function signFile(file: string, { key }: { readonly key: readonly string[] }): Promise<void> {
  const bytes = await readMetadataFile(file)
  const signers = await Promise.all(key.map(async (one) => tufSignerOf(await readKey(one))))
  const type = /(^|\.)root\.json$/.test(path.basename(file)) ? 'root' : 'targets'
  await writeFileAtomically(file, await addSignatures(bytes, type, signers))
  print(`${file} is signed by ${signers.map(({ keyId }) => keyId.slice(0, 20)).join(', ')}`)
}

async function uploadFiles(files: readonly string[], flags: Connection): Promise<void> {
  const read = files.map(async (file) => ({
    name: path.basename(file),
    bytes: await readMetadataFile(file),
  }))
  await deliver(await Promise.all(read), flags)
}
