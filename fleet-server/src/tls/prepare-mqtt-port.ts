import type { Server } from 'node:net'
import { Server as SecureServer } from 'node:tls'
import type { Log } from '../observability/log.js'
import type { ServerTls } from './server-tls.js'
import { answerWrongSpeech } from './wrong-speech.js'

/** CONNACK that does not let the client in (MQTT 3.1.1, section 3.2). */
const refused = Uint8Array.of(0x20, 0x02, 0x00, 0x05)
/** No TLS record, and long enough for a TLS client to see that. */
const noRecord = 'This port speaks plain MQTT.\n'

/** Keeps the certificate of the MQTT port fresh, and says what the port speaks. */
export function prepareMqttPort(
  server: Server,
  { tls, log }: { readonly tls: ServerTls | undefined; readonly log: Log },
): void {
  if (tls && server instanceof SecureServer) tls.keepFresh(server)
  const says = tls
    ? 'a client speaks plain MQTT to the TLS port; its address begins with mqtts://'
    : 'a client speaks TLS to the plain MQTT port; its address begins with mqtt://'
  answerWrongSpeech(server, {
    speaks: tls ? 'tls' : 'plain',
    answer: tls ? refused : noRecord,
    onMistaken: (from) => log.warn({ from }, says),
  })
}
