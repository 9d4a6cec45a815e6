import { describe, it } from 'vitest'
import { check, type ContractCase } from './contract.js'

export interface Contract<Subject> {
  readonly port: string
  readonly cases: readonly ContractCase<Subject>[]
}

/** Every case of a port's contract on a fresh subject of one implementation. */
export function describeContract<Subject extends AsyncDisposable>(
  name: string,
  contract: Contract<Subject>,
  open: () => Promise<Subject>,
): void {
  describe(`${name} as ${contract.port}`, () => {
    for (const { name: claim, run } of contract.cases) {
      it(claim, async () => {
        await using subject = await open()
        await run(subject, check)
      })
    }
  })
}
