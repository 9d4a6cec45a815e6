import { InvalidArgumentError } from 'commander'
import { hardwareClassSchema, labelsSchema, type Labels } from '@kedge/shared/util/scalars'

/** For options that may be given several times: `--label site=berlin --label ring=1`. */
export function collectLabel(text: string, labels: Labels): Labels {
  const [key = '', ...value] = text.split('=')
  const merged = { ...labels, [key]: value.join('=') }
  if (value.length === 0 || !labelsSchema.safeParse(merged).success) {
    throw new InvalidArgumentError('Write it as name=value, in letters, digits and ._/-')
  }
  return merged
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

export function parseClass(text: string): string {
  if (hardwareClassSchema.safeParse(text).success) return text
  throw new InvalidArgumentError('A class is like linux-x64: lower-case letters, digits and ._-')
}
