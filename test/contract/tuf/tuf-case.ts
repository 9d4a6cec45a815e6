import type { TufSubject } from '../../support/tuf/tuf-client.js'
import type { ContractCase } from '../contract.js'

/** A promise of a TUF client, tried against a repository that is signed on the fly. */
export type TufCase = ContractCase<TufSubject>
