import type { MessagePort } from '@kedge/shared/device/runner/message-port'

export interface WorkerChannel {
  readonly port: MessagePort
  /** Ends the worker at once; whoever listens on the port learns why. */
  readonly kill: (reason: string) => void
}

/**
 * A worker as a message port.
 *
 * @param moved buffers that travel with the first message instead of being copied; the sender must
 *   have no more use for them
 */
export function openWorkerChannel(
  worker: Worker,
  moved: readonly ArrayBuffer[] = [],
): WorkerChannel {
  const closeListeners: ((reason: string) => void)[] = []
  let closed: string | undefined
  let firstTransfer = moved
  const close = (reason: string) => {
    if (closed !== undefined) return
    closed = reason
    worker.terminate()
    for (const listener of closeListeners) listener(reason)
  }
  // A script that fails to load says nothing more than that it did.
  worker.addEventListener('error', (event) => close(event.message || 'its script did not load'))
  worker.addEventListener('messageerror', () => close('it sent something that cannot be read'))
  return {
    kill: close,
    port: {
      post(message, transfer = []) {
        worker.postMessage(message, [...firstTransfer, ...transfer])
        firstTransfer = []
      },
      onMessage(listener) {
        worker.addEventListener('message', (event) => listener(event.data))
      },
      onClose(listener) {
        if (closed === undefined) closeListeners.push(listener)
        else listener(closed)
      },
    },
  }
}
