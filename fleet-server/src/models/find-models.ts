import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import type { Model, ReleaseRecord } from './model.js'

type Parts = Pick<ServerContext, 'releases'>

/** @throws UsageError `not-found` */
export async function findModel({ releases }: Parts, name: string): Promise<Model> {
  const model = await releases.model(name)
  if (model === undefined) throw new UsageError('not-found', `there is no model ${name}`)
  return model
}

/** @throws UsageError `not-found` */
export async function findRelease(
  { releases }: Parts,
  name: string,
  version: string,
): Promise<ReleaseRecord> {
  const release = await releases.find(name, version)
  if (release === undefined) {
    throw new UsageError('not-found', `there is no release ${name}@${version}`)
  }
  return release
}
