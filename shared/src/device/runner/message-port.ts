/** A channel to the other side of a process or worker boundary; values are structured-cloned. */
export interface MessagePort {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
  /** Calls back once when the other side has gone, with what is known of why. */
  onClose(listener: (reason: string) => void): void
}
