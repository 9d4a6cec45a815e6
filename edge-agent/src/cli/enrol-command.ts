import { Command } from 'commander'
import type { Labels } from '@kedge/shared/util/scalars'
import { joinFleet } from '../config/join-fleet.js'
import type { AgentContext } from './agent-context.js'
import { collectLabel } from './option-values.js'

interface EnrolFlags {
  readonly token: string
  readonly data: string
  readonly label: Labels
  readonly json?: boolean
}

export const enrolCommand = ({ print }: AgentContext): Command =>
  new Command('enrol')
    .description('make a data folder a device of a fleet')
    .requiredOption('--token <token>', 'what `kedge token create` printed')
    .requiredOption('--data <folder>', 'where this device keeps its key, models and telemetry')
    .option('--label <name=value>', 'a fact to select this device by; repeatable', collectLabel, {})
    .option('--json', 'print JSON')
    .action(async ({ token, data, label, json }: EnrolFlags) => {
      const enrolment = await joinFleet({ token, data, labels: label, fetch })
      print(
        json
          ? JSON.stringify(enrolment)
          : `enrolled as ${enrolment.device}; start it with: kedge-agent run --data ${data}`,
      )
    })
