import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportedState } from '@kedge/shared/protocol/reported-state'
import { scalingModel } from '../../contract/tiny-models.js'
import { agentProgram } from './agent-process.js'
import { TestFleet, until } from './test-fleet.js'

const library = ['x86_64', 'aarch64']
  .map((arch) => `/usr/lib/${arch}-linux-gnu/faketime/libfaketime.so.1`)
  .find(existsSync)
if (!library) console.warn('no libfaketime here; install the package "faketime" to run this')

const day = 24 * 3_600_000

let fleet: TestFleet
let factor = 1
beforeAll(async () => {
  fleet = await TestFleet.create()
})
afterAll(async () => {
  await fleet[Symbol.asyncDispose]()
})

/** An agent process whose clock can be set while it runs; what its timers go by is left alone. */
class ClockedAgent implements AsyncDisposable {
  readonly #data: string
  #child!: ReturnType<typeof spawn>

  constructor(data: string) {
    this.#data = data
  }

  get #clockFile(): string {
    return `${this.#data}.clock`
  }

  /** `clock` is in the words of libfaketime. */
  async start(clock: string): Promise<void> {
    await this.setClock(clock)
    this.#child = spawn(
      process.execPath,
      [agentProgram, 'run', '--data', this.#data, '--port', '0'],
      {
        stdio: 'ignore',
        env: {
          ...process.env,
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: this.#clockFile,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      },
    )
  }

  /** In one step: the file is read whenever somebody asks what time it is. */
  async setClock(clock: string): Promise<void> {
    await writeFile(`${this.#clockFile}.new`, `${clock}\n`)
    await rename(`${this.#clockFile}.new`, this.#clockFile)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  /** What a program beside it is answered. */
  async infer(): Promise<number> {
    const x = { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 10] }
    const body = JSON.stringify({ inputs: [x] })
    const answer = await this.#ask<Answer>('/v2/models/scaling/infer', { method: 'POST', body })
    return answer.outputs[0]!.data[0]!
  }

  status(): Promise<ReportedState & { readonly online: boolean }> {
    return this.#ask('/kedge/status')
  }

  async #ask<T>(route: string, init?: RequestInit): Promise<T> {
    const announced = await readFile(path.join(this.#data, 'agent.json'), 'utf8')
    const { url } = JSON.parse(announced) as { url: string }
    const response = await fetch(`${url}${route}`, init)
    if (!response.ok) throw new TypeError(`${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.stop()
  }
}

interface Seen {
  readonly reported: ReportedState | null
}

interface Answer {
  readonly outputs: readonly { readonly data: readonly number[] }[]
}

async function rollOutNext(name: string): Promise<void> {
  factor += 1
  const version = `1.${factor}.0`
  await fleet.push(scalingModel(factor), { name: 'scaling', version })
  await fleet.rollOut('scaling', version, `name=${name}`)
}

const answers = (agent: ClockedAgent, wanted: number) =>
  until(async () => {
    const answer = await agent.infer().catch(() => undefined)
    return answer === wanted ? true : undefined
  })

const says = (agent: ClockedAgent, isSo: (status: ReportedState) => boolean) =>
  until(async () => {
    const status = await agent.status()
    return isSo(status) ? status : undefined
  })

const standingOf = ({ stale, problems, clock }: ReportedState) => ({
  stale,
  problems: problems.map(({ code }) => code),
  source: clock.source,
})
/** How far its clock is from the time, in days. */
const daysOff = ({ at }: Pick<ReportedState, 'at'>) => Math.round((at - Date.now()) / day)

const rows = [
  {
    name: 'a year ahead',
    clock: '+1y',
    is: (status: ReportedState) => daysOff(status) === 365,
    stale: true,
    problems: ['expired', 'metadata-expired'],
    source: 'system',
  },
  {
    name: 'in 1970',
    clock: '@1970-01-02 00:00:00',
    is: ({ at }: ReportedState) => at < 2 * day,
    stale: false,
    problems: [],
    source: 'signed',
  },
]

describe.skipIf(!library)('an agent whose clock is set wrong while it serves', () => {
  it.each(rows)('$name: infers on, says so, and follows its fleet', async (row) => {
    const label = row.name.replaceAll(' ', '-')
    const agent = new ClockedAgent(await fleet.enrol(label))
    await rollOutNext(label)
    await agent.start('+0')
    await using _agent = agent
    await answers(agent, factor)
    const served = factor

    await agent.setClock(row.clock)
    const wrong = await says(agent, row.is)
    // Either it has asked the fleet at its first connection, or what was signed came before that.
    const { stale, problems, source } = row
    const asked = { stale: false, problems: [], source: 'fleet' }
    expect([asked, { stale, problems, source }]).toContainEqual(standingOf(wrong))
    for (let i = 0; i < 20; i++) expect(await agent.infer()).toBe(served)

    await rollOutNext(label)
    await answers(agent, factor)
    const told = await until(async () => {
      const { reported } = await fleet.api<Seen>(`GET /devices/${wrong.device}`)
      return reported?.slots['scaling']?.running?.release.version === `1.${factor}.0`
        ? reported
        : undefined
    })
    expect(row.is(told)).toBe(true)
    expect(told).toMatchObject({ stale: false, problems: [] })
    expect(told.clock.source).not.toBe('system')
    expect(Math.abs(daysOff({ at: told.at + told.clock.offset }))).toBe(0)

    // Started again with that clock it has asked nobody yet, and serves what it has.
    await agent.stop()
    await agent.start(row.clock)
    await answers(agent, factor)
    const anew = await says(agent, row.is)
    expect(standingOf(anew)).toEqual({ stale, problems, source })

    await agent.setClock('+0')
    const right = await says(agent, (status) => Math.abs(daysOff(status)) === 0)
    expect(right).toMatchObject({ stale: false, problems: [], clock: { source: 'system' } })
    expect(await agent.infer()).toBe(factor)
  })
})
