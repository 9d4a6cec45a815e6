// Stryker copies these files, changes one thing at a time in what is to be mutated, and runs the tests
// that pass there: a change that no test notices is one that a mistake could make too.
const own = 'test/mutation/.stryker'

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: ['shared/src/trust/**/*.ts', 'shared/src/util/canonical-json.ts'],
  ignorePatterns: ['**', '!shared/src/**', '!test/**/*.ts', own],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Killed by a failing test, that is, and not by a machine that is busy.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  incrementalFile: `${own}/incremental.json`,
  tempDirName: own,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
  jsonReporter: { fileName: `${own}/report.json` },
  thresholds: { high: 100, low: 95, break: 95 },
}
