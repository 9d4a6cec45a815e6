import type { MessagePort } from '@kedge/shared/device/runner/message-port'

/** One end of a channel in memory, with what a test may do to it. */
export interface PortEnd extends MessagePort {
  /** Ends the channel as the death of this side's process would. */
  close(reason: string): void
}

/** Two ends between which messages are cloned, and arrive a turn later, as between processes. */
export function portPair(): [PortEnd, PortEnd] {
  const ends = [end(), end()] as const
  const [left, right] = ends
  left.other = right
  right.other = left
  return [left.port, right.port]
}

interface End {
  readonly port: PortEnd
  readonly listeners: ((message: unknown) => void)[]
  readonly closers: ((reason: string) => void)[]
  other: End | undefined
  isClosed: boolean
}

function end(): End {
  const self: End = {
    listeners: [],
    closers: [],
    other: undefined,
    isClosed: false,
    port: {
      post(message, transfer = []) {
        const copy: unknown = structuredClone(message, { transfer: [...transfer] })
        setImmediate(() => {
          if (self.isClosed || self.other!.isClosed) return
          for (const listener of self.other!.listeners) listener(copy)
        })
      },
      onMessage: (listener) => void self.listeners.push(listener),
      onClose: (listener) => void self.closers.push(listener),
      close(reason) {
        if (self.isClosed) return
        self.isClosed = true
        setImmediate(() => {
          for (const closer of self.other!.closers) closer(reason)
        })
      },
    },
  }
  return self
}
