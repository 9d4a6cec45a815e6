import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'

/**
 * A TCP connection without a protocol; its errors are the other side's doing, and only end it. One
 * that is `stubborn` goes on when the other side has said its last, until it is cut off.
 */
export async function openSocket(port: number, manner?: 'stubborn'): Promise<Socket> {
  const options = { port, host: '127.0.0.1', allowHalfOpen: manner === 'stubborn' }
  const socket = connect(options).on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Resolves when a connection has ended, however. */
export const isClosed = (connection: Duplex): Promise<void> =>
  connection.closed
    ? Promise.resolve()
    : new Promise((resolve) => connection.once('close', () => resolve()))

/**
 * Writes `drop` until the other side ends the connection, at most `limit` bytes.
 *
 * @returns how many bytes it has written
 */
export async function pour(connection: Duplex, drop: Buffer, limit: number): Promise<number> {
  let sent = 0
  for (; sent < limit && !connection.destroyed; sent += drop.length) {
    if (connection.write(drop)) await turn()
    else await Promise.race([drained(connection), isClosed(connection)])
  }
  return sent
}

const drained = (connection: Duplex) => new Promise((resolve) => connection.once('drain', resolve))
