import { DeploymentError } from '@kedge/shared/errors/device-error'
import { Seconds } from '@kedge/shared/util/units'
import { systemClock } from '@kedge/shared/util/clock'
import type { Rollout } from '../rollouts/rollout.js'
import { answer, connect, type Connection } from './client.js'
import { note, print, printJson, type OutputFlags } from './output.js'

const interval = Seconds(1)

/**
 * Shows the counts of a rollout whenever they change, until no device is left to wait for.
 *
 * @throws DeploymentError when it has failed on a device, or was stopped
 */
export async function watchRollout(id: string, flags: OutputFlags & Connection): Promise<void> {
  const client = connect(flags)
  let shown = ''
  for (;;) {
    const rollout = await answer(client.rollouts[':id'].$get({ param: { id } }))
    const line = formatCounts(rollout)
    if (line !== shown) note(line)
    shown = line
    if (isSettled(rollout)) return finish(rollout, flags)
    await systemClock.sleep(interval)
  }
}

/** Whether nothing more happens by itself. One that has no devices yet is waited for. */
const isSettled = ({ state, counts }: Rollout): boolean =>
  state !== 'running' || (counts.matched > 0 && counts.active + counts.failed === counts.matched)

function finish(rollout: Rollout, { json }: OutputFlags): void {
  const { id, state, counts } = rollout
  if (json) printJson(rollout)
  if (counts.failed > 0) {
    throw new DeploymentError(
      'probe-failed',
      `${id} has failed on ${counts.failed} of ${counts.matched} devices; ` +
        `\`kedge rollout show ${id}\` says why`,
    )
  }
  if (!json)
    print(state === 'running' ? `${id} is on all ${counts.matched} devices` : `${id} is ${state}`)
}

const formatCounts = ({ state, counts }: Rollout): string =>
  `${state}: ${counts.active} of ${counts.matched} active, ${counts.working} working, ` +
  `${counts.failed} failed, ${counts.waiting} waiting`
