import { Gauge } from 'prom-client'
import type { ServerContext } from '../context.js'

/** Shows when signed files expire. Models are many and clients name them: of theirs, the first to expire. */
export function measureExpiry({
  metrics,
  trust,
}: Pick<ServerContext, 'metrics' | 'trust'>): Gauge<'role'> {
  return new Gauge({
    name: 'kedge_trust_expires_timestamp_seconds',
    help: 'When the signed metadata of a role expires, in Unix time; of models, the first that does.',
    labelNames: ['role'] as const,
    registers: [metrics.registry],
    async collect() {
      this.reset()
      const first = new Map<string, number>()
      for (const { role, expires } of (await trust.current()).values()) {
        const label = role.startsWith('model.') ? 'model' : role
        first.set(label, Math.min(first.get(label) ?? Infinity, expires / 1_000))
      }
      for (const [role, expires] of first) this.set({ role }, expires)
    },
  })
}
