import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Series } from '../../../../fleet-server/console/src/api/documents.js'
import {
  accuracyChart,
  latencyChart,
} from '../../../../fleet-server/console/src/charts/version-chart.js'

const minute = 60_000
const range = { key: '5m', span: 5 * minute, step: minute, says: '' }
const now = 1_000 * minute

const point = (
  at: number,
  p50Us: number,
  facts: { labelled?: number; accuracy?: number } = {},
) => ({
  from: at,
  to: at + minute,
  count: 10,
  errors: 0,
  p50Us,
  p95Us: 2 * p50Us,
  p99Us: null,
  labelled: 0,
  ...facts,
})

const series = (items: Series['items']): Series => ({
  model: 'gesture',
  from: now - range.span,
  to: now,
  stepMs: minute,
  items,
})

describe('the chart of a model', () => {
  beforeEach(() => void vi.useFakeTimers({ now: now + 30_000 }))
  afterEach(() => void vi.useRealTimers())

  it('leaves a gap where nothing was measured', () => {
    const points = [point(now - 2 * minute, 100), point(now, 120)]
    const chart = latencyChart(series([{ version: '1.0.0', points }]), range)
    expect(chart.times).toEqual([4, 3, 2, 1, 0].map((ago) => now - ago * minute))
    expect(chart.versions[0]?.lines[0]?.values).toEqual([null, null, 100, null, 120])
    expect(chart.versions[0]?.lines[1]?.values).toEqual([null, null, 200, null, 240])
    expect(chart.total).toBe(20)
  })

  it('keeps the colours of versions in the order of their numbers', () => {
    const items = ['1.10.0', '1.2.0'].map((version) => ({ version, points: [point(now, 1)] }))
    const { versions } = latencyChart(series(items), range)
    expect(versions.map(({ version, colour }) => [version, colour])).toEqual([
      ['1.2.0', 1],
      ['1.10.0', 2],
    ])
  })

  it('has no line for a version without labels', () => {
    const items = [
      { version: '1.0.0', points: [point(now, 1)] },
      { version: '1.1.0', points: [point(now, 1, { labelled: 4, accuracy: 0.75 })] },
    ]
    const chart = accuracyChart(series(items), range)
    expect(chart.versions.map(({ version }) => version)).toEqual(['1.1.0'])
    expect(chart.total).toBe(4)
  })
})
