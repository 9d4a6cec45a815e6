import os from 'node:os'
import type { DeviceHost } from '@kedge/shared/device/ports/host'

/** What this machine is, as the fleet server is told. */
export const describeMachine = (): DeviceHost['machine'] => ({
  runtime: `node ${process.versions.node}`,
  os: `${os.platform()} ${os.release()}`.slice(0, 64),
  arch: process.arch,
  cores: os.availableParallelism(),
  memoryBytes: os.totalmem(),
})
