import type { Release } from '../../api/documents.js'

/** The unit a model predicts in, as its newest release that says one says it. */
export function unitOf(releases: readonly Release[]): string | undefined {
  for (const { manifest } of releases) {
    if (manifest.prediction?.kind === 'value' && manifest.prediction.unit !== undefined) {
      return manifest.prediction.unit
    }
  }
  return undefined
}
