import type { ServerContext } from '../context.js'

type Parts = Pick<ServerContext, 'accounts' | 'clock' | 'events' | 'log' | 'reports'>

/**
 * Stops counting what a device says, because more than one machine says it. It keeps its desired
 * state, for neither machine should stop inferring; it counts again when it has been revoked,
 * pardoned and enrolled, or removed and enrolled.
 */
export async function quarantineDevice(parts: Parts, device: string, why: string): Promise<void> {
  const { accounts, clock, events, log, reports } = parts
  if (!(await reports.quarantine(device, clock.now()))) return
  log.error({ device, code: 'device-cloned', why }, 'a device was quarantined')
  await accounts.audit.append({
    actor: { kind: 'server', id: 'server', name: 'kedge-server' },
    method: 'report',
    ip: '',
    action: 'device.quarantine',
    object: `devices/${device}`,
    requestId: '',
  })
  events.emit('device', device)
}
