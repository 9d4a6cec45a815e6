import { Command } from 'commander'
import { agentVersion } from '../config/agent-version.js'
import type { AgentContext } from './agent-context.js'
import { enrolCommand } from './enrol-command.js'
import { inferCommand } from './infer-command.js'
import { runCommand } from './run-command.js'
import { statusCommand } from './status-command.js'

/** `kedge-agent`. Commander's own errors are thrown, not ended on. */
export function createProgram(context: AgentContext): Command {
  const { name, version } = agentVersion()
  const program = new Command(name)
    .description('receives models over MQTT, runs them with ONNX Runtime, reports back')
    .version(version)
    .showHelpAfterError(`(${name} --help tells more)`)
  const commands = [enrolCommand, runCommand, statusCommand, inferCommand]
  for (const create of commands) program.addCommand(create(context))
  for (const command of [program, ...program.commands]) command.exitOverride()
  return program
}
