import path from 'node:path'
import { importSigner } from '@kedge/shared/trust/keys'
import type { Clock } from '@kedge/shared/util/clock'
import type { ServerConfig } from '../config/config.js'
import type { ServerSecrets } from '../config/secrets.js'
import type { Log } from '../observability/log.js'
import type { AuditLog } from './audit-log.js'
import type { AuditRepository } from './audit-repository.js'
import { CheckpointKeeper } from './checkpoint-keeper.js'

interface Surroundings {
  readonly config: Pick<ServerConfig, 'data' | 'auditWebhook'>
  readonly secrets: Pick<ServerSecrets, 'auditKey'>
  readonly clock: Clock
  readonly log: Log
  /** Name of the fleet. */
  readonly fleet: string
}

/** Checkpoints of this server's trail, in DATA/audit. */
export async function openCheckpointKeeper(
  rows: AuditRepository,
  trail: AuditLog,
  { config, secrets, clock, log, fleet }: Surroundings,
): Promise<CheckpointKeeper> {
  const { id, publicKey } = secrets.auditKey
  return new CheckpointKeeper({
    rows,
    trail,
    clock,
    log,
    fleet,
    folder: path.join(config.data, 'audit'),
    webhook: config.auditWebhook,
    key: { id, key: publicKey },
    signer: await importSigner(secrets.auditKey),
  })
}
