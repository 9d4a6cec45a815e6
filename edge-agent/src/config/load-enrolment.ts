import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { StateStore } from '@kedge/shared/device/ports/state'
import { checkDocument } from '@kedge/shared/model/document-codec'
import { enrolmentSchema, type Enrolment } from '@kedge/shared/protocol/enrolment'

/** Undefined when this data folder has not joined a fleet. @throws DocumentError, StorageError */
export async function findEnrolment(state: StateStore): Promise<Enrolment | undefined> {
  const document = await state.load('enrolment')
  return document === undefined ? undefined : checkDocument(enrolmentSchema, document)
}

/** @throws UsageError `not-found` that says how to enrol */
export async function loadEnrolment(state: StateStore, data: string): Promise<Enrolment> {
  const enrolment = await findEnrolment(state)
  if (enrolment !== undefined) return enrolment
  throw new UsageError(
    'not-found',
    `${data} has not joined a fleet; run: kedge-agent enrol --token TOKEN --data ${data}`,
  )
}
