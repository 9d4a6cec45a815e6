import { pino, type DestinationStream, type Level } from 'pino'
import type { DeviceLog } from '@kedge/shared/device/ports/host'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Level[]

/** One JSON object a line, as log collectors read them. */
export function createAgentLog(level: Level, destination: DestinationStream): DeviceLog {
  const log = pino({ level, base: null }, destination)
  return {
    info: (message, facts) => log.info(facts ?? {}, message),
    warn: (message, facts) => log.warn(facts ?? {}, message),
  }
}

export const silentLog: DeviceLog = { info: () => undefined, warn: () => undefined }
