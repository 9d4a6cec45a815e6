import { KedgeError } from './kedge-error.js'

export class LinkError extends KedgeError<
  | 'link-offline'
  | 'link-timeout'
  | 'unauthorized'
  | 'authority-mismatch'
  | 'certificate-untrusted'
  | 'certificate-name'
  | 'certificate-expired'
  | 'transport-mismatch'
  | 'approval-pending'
> {
  override name = 'LinkError'
}

export class DeliveryError extends KedgeError<
  'chunk-unavailable' | 'release-incomplete' | 'transfer-slow' | 'digest-mismatch'
> {
  override name = 'DeliveryError'
}

export class StorageError extends KedgeError<
  'storage-full' | 'storage-failed' | 'storage-corrupt'
> {
  override name = 'StorageError'
}

export class DeploymentError extends KedgeError<
  | 'deployment-superseded'
  | 'deployment-looping'
  | 'probe-failed'
  | 'golden-mismatch'
  | 'trust-unready'
> {
  override name = 'DeploymentError'
}

export class InferenceError extends KedgeError<
  'inference-failed' | 'inference-timeout' | 'runner-crashed' | 'model-not-ready'
> {
  override name = 'InferenceError'
}
