import { errorCodes } from '@kedge/shared/errors/error-codes'

const keeps = 'The device keeps what it runs.'
const someoneBetween =
  'A broken server or broker, or somebody between it and the device, can cause this.'

/** What an operator can do about a refusal of trust; the codes are those that devices report. */
const advice: Readonly<Record<string, string>> = {
  'digest-mismatch': `${keeps} Bytes were changed or damaged on their way; it fetches them again. If it goes on, look at the blob store and at what stands between.`,
  'signature-invalid': `${keeps} See who pushed this and with which key, and who can reach the broker.`,
  'sequence-stale': `${keeps} An old instruction came again: a broker kept it, the database was restored from a backup, or somebody replays it.`,
  'sequence-reused': `${keeps} Two instructions have one number: two servers speak for this fleet, or somebody has its key.`,
  'sequence-ahead': `${keeps} Look at the clock of the server; if it is right, somebody may have the fleet key: replace it with kedge key rotate.`,
  'sequence-invalid': `${keeps} ${someoneBetween}`,
  'epoch-stale': `${keeps} The server is from before the fleet began anew; was an old backup restored?`,
  'epoch-ahead': `${keeps} The device has not got the newest trust root yet; look whether it can fetch metadata.`,
  'wrong-device': `${keeps} It was handed what is meant for another device. ${someoneBetween}`,
  'wrong-fleet': `${keeps} It was handed what is meant for another fleet. ${someoneBetween}`,
  'wrong-class': `${keeps} The release is made for other hardware. Look at what the rollout selects, and at the class the agent was started with.`,
  'release-incomplete': `${keeps} It goes on by itself when the rest comes. Look at the blob store, and at what stands between.`,
  'transfer-slow': `${keeps} It tries again by itself, and keeps what has arrived. Look at its connection. ${someoneBetween}`,
  'chunk-unavailable': `${keeps} It tries again by itself. Look whether the server holds all chunks of the release, and at its connection.`,
  expired: `${keeps} It has not heard from the server for long, or old messages are sent to it. Look at its connection and its clock.`,
  'not-yet-valid': `${keeps} Compare the clocks of the device and the server.`,
  'release-unknown': `${keeps} The fleet asks for a release that no publisher has signed. If nobody here did so, the server may be taken over.`,
  'release-mismatch': `${keeps} Fleet and publisher disagree on the bytes of this version. If it was not pushed twice, the server may be taken over.`,
  'release-revoked': 'The release was taken back. Roll out another version.',
  'release-below-floor': 'The release is older than allowed. Roll out a newer version.',
  'root-missing': 'Enrol the device again with a new token.',
  'root-mismatch': 'Make a new enrolment token; this one is of another server, or was changed.',
  'root-out-of-order': `${keeps} The server lacks a version of the trust root, or somebody holds it back.`,
  'metadata-missing': `${keeps} It tries again by itself. Look whether the server holds its signed metadata.`,
  'metadata-invalid': `${keeps} ${someoneBetween}`,
  'metadata-too-large': `${keeps} ${someoneBetween}`,
  'metadata-rollback': `${keeps} Older metadata came than it had: a database was restored from a backup, or somebody replays it.`,
  'metadata-expired':
    'The device infers on and changes nothing until newer metadata comes. Look whether the server signs anew, and at both clocks.',
  'metadata-mixed': `${keeps} Files of different times came together. ${someoneBetween}`,
  'name-refused': `${keeps} Signed metadata names a path that leads out of the store. See who signed it.`,
  'trust-unready': `${keeps} It changes nothing until it can refresh its metadata; it tries again by itself.`,
}

/** What a code means, in a sentence; undefined for one that this console does not know. */
export const meaningOf = (code: string): string | undefined =>
  code in errorCodes ? errorCodes[code as keyof typeof errorCodes].meaning : undefined

/** What to do about it, for what concerns trust. */
export const adviceOn = (code: string): string | undefined => advice[code]
