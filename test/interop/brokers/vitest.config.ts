// Brokers that not every machine has; `npm run test:brokers`.
import { defineConfig } from 'vitest/config'

const sources = { conditions: ['kedge-source', 'node'] }

export default defineConfig({
  resolve: sources,
  ssr: { resolve: sources },
  test: { include: ['test/interop/brokers/*.test.ts'], testTimeout: 120_000 },
})
