import { errorCodes } from '@kedge/shared/errors/error-codes'

const keeps = 'The device keeps what it runs.'
const someoneBetween =
  'A broken server or broker, or somebody between it and the device, can cause this.'

const triesAgain = 'It tries again by itself.'
const tryElsewhere = 'Try the file on a machine of the same kind, and push a new version.'

/** What an operator can do about what devices report. */
const advice: Readonly<Record<string, string>> = {
  'document-invalid': `${keeps} ${someoneBetween}`,
  'digest-mismatch': `${keeps} Bytes were changed or damaged on their way; it fetches them again. If it goes on, look at the blob store and at what stands between.`,
  'signature-invalid': `${keeps} See who pushed this and with which key, and who can reach the broker.`,
  'sequence-stale': `${keeps} An old instruction came again: a broker kept it, the database was restored from a backup, or somebody replays it.`,
  'sequence-reused': `${keeps} Two instructions have one number: two servers speak for this fleet, or somebody has its key.`,
  'sequence-ahead': `${keeps} Look at the clock of the server; if it is right, somebody may have the fleet key: replace it with kedge key rotate.`,
  'sequence-invalid': `${keeps} ${someoneBetween}`,
  'epoch-stale': `${keeps} The server is from before the fleet began anew. See whether an old backup was restored.`,
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
  'device-cloned':
    'Find out which machine is the right one: a data folder was copied, or a key was stolen. Revoke the device, and enrol each machine with an empty data folder.',

  'authority-mismatch':
    'Make a new enrolment token. If this one is of this server, somebody stands between it and the device.',
  'certificate-untrusted': `${triesAgain} Look whether the certificate of the server was replaced; if not, somebody stands between.`,
  'certificate-name': `${triesAgain} Reach the server by a name that stands in its certificate, or give it one that has this name.`,
  'certificate-expired': `${triesAgain} Look at the clock of the device, then at the end of the certificate.`,
  'transport-mismatch': `${triesAgain} Look at the address in the enrolment: mqtts and https are for TLS, mqtt and http are not.`,
  'approval-pending': 'Approve it in the fleet; it asks again by itself.',
  'link-offline': `${triesAgain} Look at its network, and whether the server is reachable from there.`,
  'link-timeout': `${triesAgain} Its network is slow or cut, or the server is busy.`,
  'storage-full': `${keeps} Free space on the device, or allow its agent more.`,
  'storage-failed': `${keeps} ${triesAgain} Look at the disk of the device and who may write to its folder.`,
  'storage-corrupt': `${keeps} It fetches the bytes anew. If this comes again, replace the disk.`,
  'deployment-superseded': 'Nothing: the newer rollout goes on.',
  'deployment-looping': `${keeps} This is a defect: please report it, with the log of the agent.`,

  'model-not-onnx': `${keeps} Push the ONNX file itself.`,
  'model-truncated': `${keeps} Push the whole file again.`,
  'model-unsupported': `${keeps} Export the model for an older opset, or update the agent.`,
  'model-external-data': `${keeps} Export the model into one file.`,
  'model-too-large': `${keeps} Make the model smaller, or choose devices with more memory.`,
  'tensor-mismatch': `${keeps} Program and model do not agree on a tensor: compare the interface on the page of the model.`,
  'probe-failed': `${keeps} ${tryElsewhere}`,
  'golden-mismatch': `${keeps} The model computes something else here than where it was made. ${tryElsewhere}`,
  'inference-failed': `${keeps} ${tryElsewhere}`,
  'inference-timeout': `${keeps} The model is too slow for this device: choose a stronger one, or a smaller model.`,
  'runner-crashed': `${keeps} It starts anew. The model may need more memory than there is.`,
  'model-not-ready': 'Nothing, if a first version is on its way; see the slots.',

  'trust-unready': `${keeps} It changes nothing until it can refresh its metadata; it tries again by itself.`,
}

/** What a code means, in a sentence; undefined for one that this console does not know. */
export const meaningOf = (code: string): string | undefined =>
  code in errorCodes ? errorCodes[code as keyof typeof errorCodes].meaning : undefined

/** What to do about it, where there is something. */
export const adviceOn = (code: string): string | undefined => advice[code]
