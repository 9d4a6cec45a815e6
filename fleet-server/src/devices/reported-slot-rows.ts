import type { ReportedState } from '@kedge/shared/protocol/reported-state'

/** One row a model, to count devices by. Absent facts are null, so that every row has all columns. */
export const toReportedSlotRows = (device: string, reported: ReportedState) =>
  Object.entries(reported.slots).map(([model, { running, deployment }]) => ({
    device,
    model,
    runningRelease: running?.release.sha256 ?? null,
    runningVersion: running?.release.version ?? null,
    deploymentRelease: deployment?.release.sha256 ?? null,
    deploymentRollout: deployment?.rollout ?? null,
    attempt: deployment?.attempt ?? null,
    state: deployment?.state ?? null,
    since: deployment?.since ?? running?.since ?? null,
    progressDone: deployment?.progress?.done ?? null,
    progressTotal: deployment?.progress?.total ?? null,
    reasonCode: deployment?.reason?.code ?? null,
    reasonMessage: deployment?.reason?.message ?? null,
  }))
