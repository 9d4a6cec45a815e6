import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

export default defineConfig({
  root,
  // The package in node_modules leads out of Stryker's copy, so its sources are named outright.
  resolve: {
    alias: [{ find: /^@kedge\/shared\/(.*)$/, replacement: `${root}shared/src/$1.ts` }],
  },
  test: {
    include: [
      'test/contract/{tuf-client,envelope}.test.ts',
      'test/unit/shared/trust/**/*.test.ts',
      'test/unit/shared/util/canonical-json.test.ts',
    ],
    testTimeout: 60_000,
  },
})
