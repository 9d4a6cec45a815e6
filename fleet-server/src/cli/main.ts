#!/usr/bin/env node
import { Command } from 'commander'
import { KedgeError } from '@kedge/shared/errors/kedge-error'
import { addAuditCommands } from './audit-commands.js'
import { addBrokerCommands } from './broker-commands.js'
import { addDeviceCommands } from './device-commands.js'
import { addKeyCommands } from './key-commands.js'
import { addModelCommands } from './model-commands.js'
import { addRolloutCommands } from './rollout-commands.js'
import { addServiceTokenCommands } from './service-token-commands.js'
import { addTokenCommands } from './token-commands.js'
import { addUserCommands } from './user-commands.js'

const program = new Command('kedge').description('Operates a Kedge fleet.')

addKeyCommands(program)
addModelCommands(program)
addTokenCommands(program)
addDeviceCommands(program)
addRolloutCommands(program)
addBrokerCommands(program)
addUserCommands(program)
addServiceTokenCommands(program)
addAuditCommands(program)
exitWithUsage(program)

/** Commander would leave with 1, which means failed; a wrong flag is a matter of usage. */
function exitWithUsage(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  for (const child of command.commands) exitWithUsage(child)
}

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof KedgeError ? `kedge: ${error.message}` : error)
  process.exitCode = error instanceof KedgeError && error.code === 'usage' ? 2 : 1
}
