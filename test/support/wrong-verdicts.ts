import type { RuledBroker } from './ruled-broker.js'
import { describeCase, type TopicCase } from './topic-cases.js'

/** The cases that a broker decides otherwise than it is to; what it has no rule for, it allows. */
export async function wrongVerdicts(
  broker: RuledBroker,
  cases: readonly TopicCase[],
): Promise<string[]> {
  const wrong: string[] = []
  for (const one of cases) {
    const excused = one.needs !== undefined && broker.cannot.has(one.needs)
    const expected = excused ? 'allow' : one.expected
    const verdict = await broker.decide(one)
    if (verdict !== expected) wrong.push(`${verdict}: ${describeCase(one)}`)
  }
  return wrong
}
