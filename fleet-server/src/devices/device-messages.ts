import type { ServerContext } from '../context.js'
import { storeTelemetry } from '../telemetry/store-telemetry.js'
import { answerTime } from './answer-time.js'
import type { DeviceMessages } from './device-door.js'
import { ImportedKeys } from './imported-keys.js'
import { takeReport } from './take-report.js'

/** What happens when a device says something. */
export function createDeviceMessages(context: ServerContext): DeviceMessages {
  const { clock, devices, events, log, metrics, perDevice } = context
  const keys = new ImportedKeys()
  const malformed: DeviceMessages['malformed'] = (device, topic, err) => {
    metrics.mqttMalformed.inc()
    log.warn({ device, topic: topic.slice(0, 200), err }, 'a device sent what cannot be read')
  }
  return {
    malformed,

    presence: async (device, { state }) => {
      await devices.setPresence(device, state, clock.now())
      events.emit('device', device)
    },

    reported: (device, envelope) => takeReport({ ...context, keys }, device, envelope),

    ask: (device, question) => answerTime(context, device, question),

    telemetry: (device, batch) =>
      perDevice.run(device, () => storeTelemetry(context, device, batch)),
  }
}
