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
    for (const one of contract.cases) {
      it(one.name, async () => {
        await using subject = await open()
        await one.run(subject, check)
      })
    }
  })
}
