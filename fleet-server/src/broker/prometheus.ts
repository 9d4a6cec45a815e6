import { Counter, Gauge, type Registry } from 'prom-client'
import type { BrokerMetrics } from './broker.js'
import { refusalReasons } from './refusal.js'

/** The broker's counters in a Prometheus registry. Labels are closed lists. */
export function brokerMetrics(registry: Registry): BrokerMetrics {
  const registers = [registry]
  const byKind = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['kind'] as const, registers })
  const connections = new Gauge({
    name: 'kedge_broker_connections',
    help: 'Open MQTT connections, over TCP and WebSocket.',
    registers,
  })
  const refused = new Counter({
    name: 'kedge_broker_refused_total',
    help: 'Connections ended and subscriptions refused, by reason.',
    labelNames: ['reason'] as const,
    registers,
  })
  // A reason that has never come up is a line too, so that an alarm can be set on it.
  for (const reason of Object.keys(refusalReasons)) refused.inc({ reason }, 0)
  const throttled = new Counter({
    name: 'kedge_broker_throttled_total',
    help: 'Times the broker made a device wait that sends too much.',
    registers,
  })
  const received = byKind('kedge_broker_received_total', 'Messages from devices, by kind.')
  const receivedBytes = byKind('kedge_broker_received_bytes_total', 'Payload bytes from devices.')
  const sent = byKind('kedge_broker_sent_total', 'Messages written to devices, by kind.')
  const sentBytes = byKind('kedge_broker_sent_bytes_total', 'Payload bytes written to devices.')
  const published = byKind('kedge_broker_published_total', 'Messages the server published.')
  return {
    connections: (now) => connections.set(now),
    refused: (reason) => refused.inc({ reason }),
    throttled: () => throttled.inc(),
    received(kind, bytes) {
      received.inc({ kind })
      receivedBytes.inc({ kind }, bytes)
    },
    sent(kind, bytes) {
      sent.inc({ kind })
      sentBytes.inc({ kind }, bytes)
    },
    published: (kind) => published.inc({ kind }),
  }
}
