// The entry of a runner's process. It is given its model over the channel and never touches a file.
import { Worker } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { createOnnxEngine } from '@kedge/shared/adapters/onnx-engine'
import { serveRunner } from '@kedge/shared/device/runner/serve-runner'
import { ChannelPort, type Channel } from './channel-port.js'
import { providersFrom } from './runner-arguments.js'

// A terminal sends Ctrl-C to every process of the group; the supervisor decides when a runner ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

process.on('disconnect', () => process.exit(0))

// A model that hangs keeps this thread from ever seeing the disconnect, so another thread watches.
new Worker(new URL('./parent-watch.worker.js', import.meta.url), {
  workerData: { parent: process.ppid },
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
}).unref()

const channel = process as unknown as Channel
serveRunner(new ChannelPort(channel, (listener) => process.on('disconnect', listener)), {
  engine: createOnnxEngine(ort),
  providers: providersFrom(process.argv.slice(2)),
})
