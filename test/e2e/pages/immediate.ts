/** Node's `setImmediate` for test support that a page runs as well: a turn of the event loop later. */
const immediate = (task: () => void) => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    task()
  }
  port2.postMessage(undefined)
}

Object.assign(globalThis, { setImmediate: immediate })
