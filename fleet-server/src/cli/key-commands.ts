import { access, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { createKeyFile, keyFileSchema, type KeyFile } from '@kedge/shared/trust/keys'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { print, printJson, type OutputFlags } from './output.js'

export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('keys that sign releases')
  key
    .command('create')
    .description('make a publisher key; it stays in a file of yours')
    .option('--out <file>', 'where to keep it', 'kedge-publisher.json')
    .option('--name <name>', 'who signs with it', userInfo().username)
    .option('--json', 'print JSON')
    .action(createKey)
}

interface CreateFlags extends OutputFlags {
  readonly out: string
  readonly name: string
}

async function createKey({ out, name, json }: CreateFlags): Promise<void> {
  if (await exists(out)) {
    throw new UsageError('conflict', `${out} exists; a key is never overwritten: choose --out`)
  }
  const key = await createKeyFile(name)
  await writeFileAtomically(out, `${JSON.stringify(key, null, 2)}\n`, 0o600)
  if (json) return printJson({ file: out, id: key.id, name, publicKey: key.publicKey })
  print(`${out}: key ${key.id} of ${name}; keep it secret and keep a copy`)
}

/** @throws UsageError `usage` when the file is no key */
export async function readKey(file: string): Promise<KeyFile> {
  try {
    return keyFileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new UsageError(
      'usage',
      `${file} is no readable key; make one with \`kedge key create --out ${file}\``,
      { cause },
    )
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
