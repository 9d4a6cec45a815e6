interface CodeFacts {
  /** What has happened, for somebody who has never read the source. */
  meaning: string
  /** Whether the same attempt, unchanged, can succeed later. */
  retryable: boolean
}

const fact = (meaning: string): CodeFacts => ({ meaning, retryable: false })
const passing = (meaning: string): CodeFacts => ({ meaning, retryable: true })

/** Every code an error of Kedge can carry. They appear in reports, logs and problem documents. */
export const errorCodes = {
  // the caller's mistakes
  usage: fact('The call or command is not of the form it must have.'),
  'not-found': fact('There is no such thing.'),
  conflict: fact('It contradicts something that exists.'),
  unauthorized: fact('The credentials are missing, expired or wrong.'),
  forbidden: fact('The credentials do not allow this.'),
  'step-up-required': fact(
    'This can do much harm: whoever is signed in has to prove who they are once more.',
  ),
  'too-large': fact('It is larger than the limit.'),
  'rate-limited': passing('There were too many attempts. The same one can succeed after a while.'),
  'invariant-broken': fact('A defect in Kedge itself. Please report it.'),

  // documents and messages
  'document-invalid': fact('A document does not match its schema.'),
  'topic-unknown': fact('The topic is not one of the protocol.'),

  // models
  'model-not-onnx': fact('The file is not an ONNX model.'),
  'model-truncated': fact('The file ends in the middle of the model.'),
  'model-unsupported': fact('The model uses an operator or a data type that cannot run.'),
  'model-external-data': fact(
    'The model keeps weights in other files, in a way that is not allowed.',
  ),
  'model-too-large': fact('The model is beyond the limits set for models.'),
  'tensor-mismatch': fact('A tensor has a name, data type or shape that the model does not take.'),

  // trust
  'digest-mismatch': fact('Bytes do not have the SHA-256 that was announced.'),
  'signature-invalid': fact('No trusted key has signed this.'),
  'sequence-stale': fact('The document is older than one already accepted.'),
  'sequence-reused': fact('A document has the number of another one that was accepted before.'),
  'sequence-ahead': fact(
    'The document is numbered so far in the future that none could follow it.',
  ),
  'sequence-invalid': fact('The document has a number that cannot be counted with.'),
  'epoch-stale': fact('The document is of a time before the fleet began to count anew.'),
  'epoch-ahead': fact('The document is of an epoch that the trust root does not know.'),
  'wrong-device': fact('The document is meant for another device.'),
  'wrong-fleet': fact('The document is meant for another fleet.'),
  'wrong-class': fact('The release is meant for another class of hardware.'),
  'device-cloned': fact('More than one machine reports as this device: its key was copied.'),
  expired: fact('The document is past its expiry time.'),
  'not-yet-valid': fact('The document was issued in the future, or the clock is far behind.'),
  'release-unknown': fact('No publisher has signed this release.'),
  'release-mismatch': fact(
    'The fleet and the publisher do not mean the same release by this name.',
  ),
  'release-revoked': fact('The release was revoked and must not run.'),
  'release-below-floor': fact('The release is older than the oldest that is still allowed.'),
  'root-mismatch': fact('The trust root is not the one that the enrolment token pins.'),
  'root-missing': fact(
    'There is no trust root to start from. The device has to be enrolled again.',
  ),
  'root-out-of-order': fact('The next trust root does not have the version that must follow.'),
  'metadata-missing': passing('The server does not have signed metadata that it must have.'),
  'metadata-invalid': fact('Signed metadata is not of the form it must have.'),
  'metadata-too-large': fact('Signed metadata is larger than the limit, or than was announced.'),
  'metadata-rollback': fact('Signed metadata is older than what was already trusted.'),
  'metadata-expired': passing('Signed metadata is past its expiry time, and no newer one came.'),
  'metadata-mixed': fact('Signed metadata files do not belong together.'),
  'name-refused': fact('A name in signed metadata is one that could leave its folder.'),

  // connection
  'authority-mismatch': fact(
    'The server shows another certificate authority than the enrolment token names.',
  ),
  'certificate-untrusted': passing(
    'The certificate of the server is not of the authority this device trusts.',
  ),
  'certificate-name': passing('The certificate of the server is for other names.'),
  'certificate-expired': passing(
    'The certificate of the server is past its end, or not valid yet, by this clock.',
  ),
  'transport-mismatch': passing('One side speaks TLS and the other does not.'),
  'approval-pending': passing('An operator has yet to approve this device.'),

  // delivery and device
  'link-offline': passing('There is no connection to the fleet server.'),
  'link-timeout': passing('The other side did not answer in time.'),
  'chunk-unavailable': passing('A chunk did not arrive in time.'),
  'release-incomplete': passing(
    'A part of the release arrived and the rest does not. Nothing of it is used before all has.',
  ),
  'transfer-slow': passing('The release arrives more slowly than any connection should be.'),
  'storage-full': passing('There is not enough free space.'),
  'storage-failed': passing('The store could not be read or written.'),
  'storage-corrupt': fact('Stored bytes are not what was written.'),
  'trust-unready': passing('Signed metadata could not be refreshed, so nothing may change yet.'),
  'deployment-superseded': fact('A newer desired state took the place of this deployment.'),
  'deployment-looping': fact('A deployment moved more often than a sound one can.'),

  // inference
  'probe-failed': fact('The model did not pass its probe on this device.'),
  'golden-mismatch': fact('Outputs on the golden samples are outside their tolerance.'),
  'inference-failed': fact('ONNX Runtime reported an error while running the model.'),
  'inference-timeout': passing('The model did not answer within its deadline.'),
  'runner-crashed': passing('The process or worker that runs the model has ended.'),
  'model-not-ready': passing('No version of the model is ready to run yet.'),

  // training
  'gradient-missing': fact('The training graph uses an operator whose gradient is not known.'),
  'training-diverged': fact('The loss is no longer a finite number.'),

  // server
  'database-failed': passing('The database did not answer or refused.'),
  'port-taken': fact('Another program listens on the port.'),
  'http-failed': passing('A request to a server failed.'),
} as const satisfies Record<string, CodeFacts>

export type ErrorCode = keyof typeof errorCodes
