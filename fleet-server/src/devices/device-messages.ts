import { DocumentError } from '@kedge/shared/errors/document-error'
import type { ServerContext } from '../context.js'
import { storeTelemetry } from '../telemetry/store-telemetry.js'
import { answerTime } from './answer-time.js'
import type { DeviceMessages } from './device-door.js'

/** What happens when a device says something. */
export function createDeviceMessages(context: ServerContext): DeviceMessages {
  const { clock, devices, events, log, metrics, perDevice } = context
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

    reported: (device, reported) =>
      perDevice.run(device, async () => {
        if (reported.device !== device) {
          const says = `it says it is of ${reported.device}`
          malformed(device, 'reported', new DocumentError('document-invalid', says))
          return
        }
        if (!(await devices.setReported(device, reported, clock.now()))) return
        events.emit('device', device)
        for (const { deployment } of Object.values(reported.slots)) {
          if (deployment) events.emit('rollout', deployment.rollout)
        }
      }),

    ask: (device, question) => answerTime(context, device, question),

    telemetry: (device, batch) =>
      perDevice.run(device, () => storeTelemetry(context, device, batch)),
  }
}
