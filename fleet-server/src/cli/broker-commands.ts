import { Option, type Command } from 'commander'
import { printEmqxRules } from '../broker/rules/emqx-rules.js'
import { printMosquittoRules } from '../broker/rules/mosquitto-rules.js'
import { printNatsRules } from '../broker/rules/nats-rules.js'
import type { PrintRules } from '../broker/rules/rules-for.js'
import { print } from './output.js'

const printers = {
  mosquitto: printMosquittoRules,
  nats: printNatsRules,
  emqx: printEmqxRules,
} as const satisfies Record<string, PrintRules>

export function addBrokerCommands(program: Command): void {
  const broker = program.command('broker').description('a broker that the server does not run')
  broker
    .command('rules')
    .description('print who may do what, in the words of a broker')
    .addOption(
      new Option('--for <broker>', 'which broker')
        .choices(Object.keys(printers))
        .makeOptionMandatory(),
    )
    .option('--server-user <name>', 'user name of a server; repeat it for more', collect)
    .option('--device <id>', 'device that NATS is to know; repeat it for more', collect)
    .action(printRules)
}

interface RulesFlags {
  readonly for: keyof typeof printers
  readonly serverUser?: readonly string[]
  readonly device?: readonly string[]
}

function printRules({ for: broker, serverUser, device }: RulesFlags): void {
  const whom = { servers: serverUser ?? ['kedge-server'], devices: device ?? [] }
  print(printers[broker](whom).trimEnd())
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]
