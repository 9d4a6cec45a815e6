import type { Serving } from './serving.js'

const startedAt = Date.now() / 1000

/** Counts of what the doors did, in Prometheus' text format. */
export class RequestMetrics {
  readonly #requests = new Map<string, number>()
  #seconds = 0

  record(request: { method: string; status: number; seconds: number }): void {
    const labels = `method="${request.method}",code="${request.status}"`
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1)
    this.#seconds += request.seconds
  }

  async format(serving: Serving): Promise<string> {
    const names = await serving.modelNames()
    const ready = names.map((name) => {
      const version = serving.model(name).version
      const labels = `model="${name}",version="${version?.release.version ?? ''}"`
      return `kedge_model_ready{${labels}} ${version === undefined ? 0 : 1}`
    })
    const requests = [...this.#requests].map(
      ([labels, count]) => `kedge_http_requests_total{${labels}} ${count}`,
    )
    const { rss } = process.memoryUsage()
    return [
      '# TYPE kedge_agent_info gauge',
      `kedge_agent_info{version="${serving.agent.version}"} 1`,
      '# TYPE kedge_link_online gauge',
      `kedge_link_online ${serving.online ? 1 : 0}`,
      '# TYPE kedge_model_ready gauge',
      ...ready,
      '# TYPE kedge_http_requests_total counter',
      ...requests,
      '# TYPE kedge_http_request_seconds_total counter',
      `kedge_http_request_seconds_total ${this.#seconds.toFixed(6)}`,
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${rss}`,
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${startedAt}`,
      '',
    ].join('\n')
  }
}
