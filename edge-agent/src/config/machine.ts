import os from 'node:os'
import type { DeviceHost } from '@kedge/shared/device/ports/host'

/** What this machine is, as the fleet server is told: of class `linux-x64` and alike unless told. */
export const describeMachine = (
  hardwareClass = `${os.platform()}-${os.arch()}`,
): DeviceHost['machine'] => ({
  runtime: `node ${process.versions.node}`,
  os: `${os.platform()} ${os.release()}`.slice(0, 64),
  arch: process.arch,
  class: hardwareClass,
  cores: os.availableParallelism(),
  memoryBytes: os.totalmem(),
})
