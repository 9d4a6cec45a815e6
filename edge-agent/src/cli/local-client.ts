import { z } from 'zod'
import { ServerError } from '@kedge/shared/errors/server-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { dataLayout } from '../files/data-layout.js'
import { findProcess } from '../files/process-file.js'

const errorSchema = z.object({ error: z.string() })

/** The local interface of a running agent. */
export class LocalClient {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** @throws UsageError `not-found` when no agent with a local interface runs on the folder */
  static async of(data: string): Promise<LocalClient> {
    const running = await findProcess(dataLayout(data))
    if (running?.url !== undefined) return new LocalClient(running.url)
    throw new UsageError(
      'not-found',
      `no agent with a local interface runs on ${data}; start it with: kedge-agent run --data ${data}`,
    )
  }

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.#ask(path, schema, {})
  }

  post<T>(path: string, schema: z.ZodType<T>, body: unknown): Promise<T> {
    return this.#ask(path, schema, { method: 'POST', body: JSON.stringify(body) })
  }

  /** @throws ServerError `http-failed` with the agent's own reason */
  async #ask<T>(path: string, schema: z.ZodType<T>, request: RequestInit): Promise<T> {
    let response: Response
    try {
      response = await fetch(this.#url + path, request)
    } catch (cause) {
      throw new ServerError('http-failed', `no agent answers at ${this.#url}`, { cause })
    }
    const body: unknown = await response.json().catch(() => undefined)
    if (response.ok) return schema.parse(body)
    const refusal = errorSchema.safeParse(body)
    const reason = refusal.success ? refusal.data.error : `status ${response.status}`
    throw new ServerError('http-failed', reason)
  }
}
