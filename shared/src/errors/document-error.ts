import { KedgeError } from './kedge-error.js'

/** A message or file from outside that does not say what its kind must say. */
export class DocumentError extends KedgeError<'document-invalid' | 'topic-unknown' | 'too-large'> {
  override name = 'DocumentError'
}
