// At the top because Vitest, and every editor that runs it, takes the folder of this file as the root.
import { defineConfig } from 'vitest/config'

// Tests run the sources; child processes they start run what `npm run build` made.
const sources = { conditions: ['kedge-source', 'node'] }

export default defineConfig({
  resolve: sources,
  ssr: { resolve: sources },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
