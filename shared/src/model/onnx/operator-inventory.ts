import type { OperatorUse } from './onnx-model.js'

/** The standard operators have two names for their domain, one of them empty. */
export const toDomain = (domain: string): string => (domain === '' ? 'ai.onnx' : domain)

/** Counts the operators of one graph and everything inside it. */
export class OperatorInventory {
  readonly #uses = new Map<string, { -readonly [K in keyof OperatorUse]: OperatorUse[K] }>()

  add(domain: string, opType: string, node: string): void {
    const key = `${domain}:${opType}`
    const use = this.#uses.get(key)
    if (use !== undefined) use.count += 1
    else this.#uses.set(key, { domain: toDomain(domain), opType, count: 1, firstNode: node })
  }

  list(): OperatorUse[] {
    return [...this.#uses.values()]
  }
}
