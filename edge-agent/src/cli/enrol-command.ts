import { Command } from 'commander'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Labels } from '@kedge/shared/util/scalars'
import { joinFleet } from '../config/join-fleet.js'
import { findPending, type PendingJoin } from '../config/pending-join.js'
import { dataLayout } from '../files/data-layout.js'
import type { AgentContext } from './agent-context.js'
import { collectLabel } from './option-values.js'

interface EnrolFlags {
  readonly token?: string
  readonly data: string
  readonly label: Labels
  readonly json?: boolean
}

export const enrolCommand = ({ print, signal }: AgentContext): Command =>
  new Command('enrol')
    .description('make a data folder a device of a fleet')
    .option('--token <token>', 'what `kedge token create` printed; not needed to go on waiting')
    .requiredOption('--data <folder>', 'where this device keeps its key, models and telemetry')
    .option('--label <name=value>', 'a fact to select this device by; repeatable', collectLabel, {})
    .option('--json', 'print JSON')
    .action(async ({ json, ...flags }: EnrolFlags) => {
      const { data } = flags
      const onWaiting = (says: string) => void process.stderr.write(`waiting: ${says}\n`)
      const join = await toJoin(flags)
      const enrolment = await joinFleet({ ...join, data, fetch, signal, onWaiting })
      print(
        json
          ? JSON.stringify(enrolment)
          : `enrolled as ${enrolment.device}; start it with: kedge-agent run --data ${data}`,
      )
    })

async function toJoin({ token, label, data }: EnrolFlags): Promise<PendingJoin> {
  if (token !== undefined) return { token, labels: label }
  const pending = await findPending(dataLayout(data))
  if (pending !== undefined) return pending
  throw new UsageError('usage', `--token is needed: ${data} does not wait to be approved`)
}
