import { InvalidArgumentError, type Command } from 'commander'

/** Flags of every command that talks to the server. */
export const withConnection = (command: Command): Command =>
  command
    .option('--url <url>', 'address of the fleet server (KEDGE_URL; the one on this machine)')
    .option('--ca <file>', 'certificate authority to believe, PEM (KEDGE_CA)')
    .option('--token <token>', 'service token or admin token (KEDGE_TOKEN)')
    .option('--json', 'print JSON')

/** Where a passphrase comes from when nobody sits at a terminal. */
export const withPassphrase = (command: Command): Command =>
  command.option(
    '--passphrase-file <file>',
    'passphrase of the keys (KEDGE_KEY_PASSPHRASE; asked for on a terminal)',
  )

/** Flags of every command that signs with keys of this machine. */
export const withSigning = (command: Command, keys: string): Command =>
  withPassphrase(command.requiredOption('--key <files...>', keys))

/** Collects `--label k=v`, which may come several times. */
export function collectLabel(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('write it as name=value')
  }
  return { ...before, [name]: value }
}

export function toWholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('must be a whole number of at least 1')
  }
  return value
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `90s`, `15m`, `12h`, `7d` → seconds. */
export function toSeconds(text: string): number {
  const [, digits, unit = 's'] = /^(\d+)([smhd])?$/.exec(text) ?? []
  if (digits === undefined) throw new InvalidArgumentError('write it like 90s, 15m, 12h or 7d')
  return Number(digits) * (unitSeconds[unit] ?? 1)
}

export interface ModelVersion {
  readonly model: string
  readonly version: string
}

/** `detector@1.4.0` */
export function toModelVersion(text: string): ModelVersion {
  const [, model, version] = /^([^@]+)@([^@]+)$/.exec(text) ?? []
  if (model !== undefined && version !== undefined) return { model, version }
  throw new InvalidArgumentError('write it as name@version')
}
