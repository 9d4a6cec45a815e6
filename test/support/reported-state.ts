import type { ReportedState } from '@kedge/shared/protocol/reported-state'

/** What a device may say of itself that has nothing to say. */
export const stateOf = (device: string, change: Partial<ReportedState> = {}): ReportedState => ({
  v: 1,
  device,
  at: 1,
  bootedAt: 1,
  agent: { name: 'test', version: '1.0.0' },
  seqApplied: 0,
  rootVersion: 1,
  stale: false,
  clock: { offset: 0, source: 'system' },
  capabilities: {
    runtime: 'node',
    os: 'linux',
    arch: 'x64',
    cores: 1,
    providers: ['cpu'],
    engine: { name: 'onnxruntime', version: '1.30.0' },
  },
  storage: { usedBytes: 0, freeBytes: 1 },
  slots: {},
  problems: [],
  ...change,
})
