import { CommanderError } from 'commander'
import { KedgeError } from '@kedge/shared/errors/kedge-error'

/** 0 done, 1 failed, 2 the command was not of the form it must have. */
export function exitCodeOf(thrown: unknown): 0 | 1 | 2 {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  return thrown instanceof KedgeError && thrown.code === 'usage' ? 2 : 1
}

/** One line; undefined when commander has said it already. */
export function messageOf(thrown: unknown): string | undefined {
  if (thrown instanceof CommanderError) return undefined
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return `kedge-agent: ${message.replaceAll('\n', ' ')}`
}
