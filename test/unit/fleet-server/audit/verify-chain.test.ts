import { describe, expect, it } from 'vitest'
import {
  beforeTheFirst,
  hashOfRecord,
  type AuditRecord,
} from '../../../../fleet-server/src/audit/audit-record.js'
import { digestOf } from '../../../../fleet-server/src/audit/digest.js'
import { verifyChain } from '../../../../fleet-server/src/audit/verify-chain.js'

function chainOf(length: number): AuditRecord[] {
  const records: AuditRecord[] = []
  let prevHash = beforeTheFirst
  for (let n = 1; n <= length; n++) {
    const record = {
      ...{ n, prevHash, at: 1_790_000_000_000 + n, method: 'password', ip: '10.0.0.1' },
      actor: { kind: 'user' as const, id: 'u-1', name: 'ann' },
      ...{ action: 'device.label', object: `devices/d-${n}`, requestId: `q-${n}` },
    }
    prevHash = hashOfRecord(record)
    records.push({ ...record, hash: prevHash })
  }
  return records
}

const rechained = (records: readonly AuditRecord[]): AuditRecord[] => {
  let prevHash = beforeTheFirst
  return records.map((record, i) => {
    const next = { ...record, n: i + 1, prevHash }
    prevHash = hashOfRecord(next)
    return { ...next, hash: prevHash }
  })
}

const checkpointAt = (records: readonly AuditRecord[], n: number) => ({
  fleet: 'f-1',
  at: 1_790_000_000_000,
  n,
  hash: records[n - 1]!.hash,
})

const whole = chainOf(8)
const edited = whole.map((record) => (record.n === 4 ? { ...record, object: 'nothing' } : record))
const swap = (a: AuditRecord, b: AuditRecord) => [
  { ...b, n: a.n },
  { ...a, n: b.n },
]

const cases: [string, AuditRecord[], number, string][] = [
  ['an edited row', edited, 4, 'changed'],
  ['a deleted row', whole.toSpliced(4, 1), 5, 'missing'],
  ['a deleted first row', whole.slice(1), 1, 'missing'],
  ['three deleted rows', whole.toSpliced(2, 3), 3, '3 rows are missing'],
  ['an inserted row', whole.toSpliced(3, 0, whole[6]!), 4, '3 rows are missing'],
  ['a row that is there twice', whole.toSpliced(3, 0, whole[2]!), 4, 'a row 3'],
  ['two rows that changed places', whole.toSpliced(4, 2, ...swap(whole[4]!, whole[5]!)), 5, 'chan'],
  [
    'a row with a hash of its own',
    edited.map((row) => (row.n === 4 ? { ...row, hash: hashOfRecord(row) } : row)),
    5,
    'does not follow',
  ],
]

describe('audit chain', () => {
  it('holds where nobody touched it, also when it is empty', async () => {
    expect(await verifyChain(whole, [checkpointAt(whole, 8), checkpointAt(whole, 3)])).toEqual({
      rows: 8,
      hash: whole[7]!.hash,
    })
    expect(await verifyChain([])).toEqual({ rows: 0, hash: beforeTheFirst })
  })

  it.each(cases)('names %s', async (...[, records, n, says]) => {
    const { bad } = await verifyChain(records)
    expect(bad?.n).toBe(n)
    expect(bad?.says).toContain(says)
  })

  it('cannot tell a cut tail by itself, but by a checkpoint', async () => {
    const cut = whole.slice(0, 5)
    expect((await verifyChain(cut)).bad).toBeUndefined()
    const { bad } = await verifyChain(cut, [checkpointAt(whole, 7)])
    expect(bad).toMatchObject({ n: 6 })
    expect(bad?.says).toContain('knows 7 rows')
  })

  it('tells between which checkpoints a trail was written anew', async () => {
    const forged = rechained(edited)
    expect((await verifyChain(forged)).bad).toBeUndefined()
    const kept = [2, 3, 6, 8].map((n) => checkpointAt(whole, n))
    const { bad } = await verifyChain(forged, kept)
    expect(bad).toMatchObject({ n: 4 })
    expect(bad?.says).toContain('to 6 was written anew')
  })
})

describe('digest of a document', () => {
  it('does not depend on the order of its keys', () => {
    expect(digestOf({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      digestOf({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    )
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }))
  })

  it('leaves secrets out, however deep', () => {
    expect(digestOf({ id: 1, token: 'kst_a', in: [{ password: 'x' }] })).toBe(
      digestOf({ id: 1, token: 'kst_b', in: [{}] }),
    )
    expect(digestOf(undefined)).toBeUndefined()
  })
})
