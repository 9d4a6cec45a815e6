// Swaps stored files as fast as it can, in every way a file can change under its reader, until told.
import {
  openSync,
  closeSync,
  ftruncateSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { workerData } from 'node:worker_threads'

const { files, stop } = workerData
const flag = new Int32Array(stop)

const ways = [
  ({ path, evil }) => {
    writeFileSync(`${path}.swap`, evil)
    renameSync(`${path}.swap`, path)
  },
  ({ path, evil }) => inPlace(path, (file) => writeSync(file, evil, 0, evil.length, 0)),
  ({ path, good }) => inPlace(path, (file) => ftruncateSync(file, good.length >> 1)),
  ({ path }) => rmSync(path, { force: true }),
]

function inPlace(path, change) {
  const file = openSync(path, 'r+')
  try {
    change(file)
  } finally {
    closeSync(file)
  }
}

for (let turn = 0; Atomics.load(flag, 0) === 0; turn++) {
  try {
    ways[(turn >> 1) % ways.length](files[turn % files.length])
  } catch {
    // Its reader has removed it.
  }
  // So that a file that is right is read as well as one that changes meanwhile.
  Atomics.wait(flag, 0, 0, Math.random() * 2)
}
