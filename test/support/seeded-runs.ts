/**
 * Properties are tried on the same cases each time, so that a failure is everybody's failure;
 * `KEDGE_SEED` tries others. A failing run prints its seed.
 */
export const seededRuns = (numRuns = 100) => ({
  seed: Number(process.env['KEDGE_SEED'] ?? 20_261_123),
  numRuns,
})
