import type { BareAedes } from '../baselines/bare-aedes.child.js'
import type { HttpServer } from '../baselines/http-server.child.js'
import type { TcpServer } from '../baselines/tcp-server.child.js'
import { startChild } from '../harness/child.js'
import type { AuthenticatingBroker } from './authenticating-broker.child.js'
import type { Connecting } from './connecting.child.js'
import type { Devices } from './devices.child.js'
import type { FleetBroker } from './fleet-broker.child.js'
import type { FleetServerChild } from './fleet-server.child.js'

const here = (file: string) => new URL(file, import.meta.url)

/** Each is a process of its own. */
export const startDevices = () => startChild<Devices>(here('devices.child.ts'))
export const startFleetBroker = () => startChild<FleetBroker>(here('fleet-broker.child.ts'))
export const startTcpServer = () => startChild<TcpServer>(here('../baselines/tcp-server.child.ts'))
export const startHttpServer = () =>
  startChild<HttpServer>(here('../baselines/http-server.child.ts'))
export const startFleetServer = () => startChild<FleetServerChild>(here('fleet-server.child.ts'))
export const startConnecting = () => startChild<Connecting>(here('connecting.child.ts'))
export const startAuthenticatingBroker = () =>
  startChild<AuthenticatingBroker>(here('authenticating-broker.child.ts'))
export const startBareAedes = () => startChild<BareAedes>(here('../baselines/bare-aedes.child.ts'))
