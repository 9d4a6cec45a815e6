import { parseArgs } from 'node:util'

/** A runner's command line: the execution providers to try, best first. */
export const runnerArguments = (providers: readonly string[]): string[] => [
  '--providers',
  providers.join(','),
]

export function providersFrom(args: string[]): string[] {
  const { values } = parseArgs({ args, options: { providers: { type: 'string' } } })
  return (values.providers ?? 'cpu').split(',')
}
