import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
  type Metric,
} from 'prom-client'

/** Refused messages and requests since the start. */
export interface Refused {
  readonly mqtt: number
  readonly http: number
  readonly mqttByReason: Readonly<Record<string, number>>
}

/**
 * What a Prometheus server may scrape. Labels are bounded: never a device, a model or a path that a
 * client chose.
 */
export class Metrics {
  readonly registry = new Registry()

  readonly httpRequests = new Counter({
    name: 'kedge_http_requests_total',
    help: 'HTTP requests by route pattern, method and class of status.',
    labelNames: ['route', 'method', 'status'] as const,
    registers: [this.registry],
  })

  readonly httpSeconds = new Histogram({
    name: 'kedge_http_request_seconds',
    help: 'Time to answer an HTTP request, in seconds, by route pattern.',
    labelNames: ['route'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  })

  readonly httpRefused = this.#counter('kedge_http_refused_total', 'HTTP requests answered 4xx.')

  readonly mqttMalformed = this.#counter(
    'kedge_mqtt_malformed_total',
    'Messages from devices that no schema accepts.',
  )

  readonly reportsRefused = new Counter({
    name: 'kedge_reports_refused_total',
    help: 'Reports of devices that do not count, by the code of the reason.',
    labelNames: ['code'] as const,
    registers: [this.registry],
  })

  readonly desiredIssued = this.#counter(
    'kedge_desired_states_issued_total',
    'Desired states signed and published.',
  )

  readonly telemetryWindows = new Counter({
    name: 'kedge_telemetry_windows_total',
    help: 'Telemetry windows by outcome: stored, or duplicate of one that is.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  })

  readonly devices = new Gauge({
    name: 'kedge_devices',
    help: 'Devices by presence.',
    labelNames: ['presence'] as const,
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  /** Refused messages and requests since the start. */
  async refused(): Promise<Refused> {
    const byBroker = this.registry.getSingleMetric('kedge_broker_refused_total')
    return {
      mqtt:
        (await total(this.mqttMalformed)) +
        (await total(this.reportsRefused)) +
        (byBroker ? await total(byBroker) : 0),
      http: await total(this.httpRefused),
      mqttByReason: byBroker ? await totals(byBroker, 'reason') : {},
    }
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] })
  }
}

async function total(metric: Pick<Metric, 'get'>): Promise<number> {
  const { values } = await metric.get()
  return values.reduce((sum, { value }) => sum + value, 0)
}

/** A metric's values that are not zero, by one of its labels. */
async function totals(metric: Pick<Metric, 'get'>, label: string): Promise<Record<string, number>> {
  const { values } = await metric.get()
  const named = values.map(({ labels, value }) => [String(labels[label]), value] as const)
  return Object.fromEntries(named.filter(([, value]) => value > 0))
}
