import { workerData } from 'node:worker_threads'

const { parent } = workerData as { parent: number }

// An orphan is given another parent. SIGKILL, because only that ends a thread inside ONNX Runtime.
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, 500)
