import type { Server, Socket } from 'node:net'
import { Seconds } from '@kedge/shared/util/units'

/** First byte of a TLS record that begins a handshake (RFC 8446, section 5.1). */
const tlsHandshake = 0x16
const firstByteTime = Seconds(10)

export interface PortSpeech {
  readonly speaks: 'tls' | 'plain'
  /** What those hear who speak the other way. */
  readonly answer: string | Uint8Array
  readonly onMistaken: (from: string | undefined) => void
}

/**
 * Tells clients that speak TLS to a plain port, or plainly to a TLS port, that they do, where they
 * would else be cut off without a word.
 */
export function answerWrongSpeech(server: Server, speech: PortSpeech): void {
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
  const silent = new Set<Socket>()
  server.removeAllListeners('connection')
  server.on('connection', (socket) => {
    silent.add(socket)
    const impatience = setTimeout(() => socket.destroy(), firstByteTime)
    const onError = () => socket.destroy()
    const onClose = () => {
      clearTimeout(impatience)
      silent.delete(socket)
    }
    socket.on('error', onError)
    socket.once('close', onClose)
    const look = () => {
      const first = socket.read(1) as Buffer | null
      if (first === null) return void socket.once('readable', look)
      onClose()
      const isTls = first[0] === tlsHandshake
      if (isTls !== (speech.speaks === 'tls')) return turnAway(socket, speech)
      socket.unshift(first)
      // Only then has the stream forgotten that somebody waited for `readable`; a listener that is
      // added before is never told of the bytes that are there.
      process.nextTick(() => {
        socket.off('error', onError)
        socket.off('close', onClose)
        if (socket.destroyed) return
        for (const listener of listeners) listener.call(server, socket)
      })
    }
    look()
  })
  endWhenClosing(server, silent)
}

/** A server that closes waits for every connection, and nobody else knows of these. */
function endWhenClosing(server: Server, silent: ReadonlySet<Socket>): void {
  const close = server.close.bind(server)
  server.close = (done) => {
    for (const socket of silent) socket.destroy()
    return close(done)
  }
}

function turnAway(socket: Socket, { answer, onMistaken }: PortSpeech): void {
  onMistaken(socket.remoteAddress)
  // What else comes is of no interest, but unread it would turn the answer into a reset.
  socket.resume()
  socket.end(answer)
  setTimeout(() => socket.destroy(), Seconds(1)).unref()
}
