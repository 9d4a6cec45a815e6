import { describe, expect, it } from 'vitest'
import { OpenPredictions } from '@kedge/shared/telemetry/open-predictions'

function predict(open: OpenPredictions, predicted: number): string {
  const number = open.next()
  open.add(number, 0, predicted)
  return open.idOf(number)
}

describe('open predictions', () => {
  it('forget the oldest when there are too many', () => {
    const open = new OpenPredictions('t', 4)
    const ids = [10, 11, 12, 13, 14].map((predicted) => predict(open, predicted))
    expect(ids.map((id) => open.take(id))).toEqual([undefined, 11, 12, 13, 14])
  })

  it('keep no place for a run that predicted nothing', () => {
    const open = new OpenPredictions('t', 1)
    const id = predict(open, 7)
    expect(open.take(open.idOf(open.next()))).toBeUndefined()
    expect(open.take(id)).toBe(7)
  })

  it('know a tag that has hyphens of its own', () => {
    const open = new OpenPredictions('a-b', 4)
    expect(open.take(predict(open, 3))).toBe(3)
  })

  it('are looked at without being taken', () => {
    const open = new OpenPredictions('t')
    const id = predict(open, 3)
    expect([open.has(id), open.has(id), open.take(id), open.has(id)]).toEqual([
      true,
      true,
      3,
      false,
    ])
  })
})
