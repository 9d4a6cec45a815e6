import { formatBytes } from '@kedge/shared/util/units'
import type { ModelProgress, RuntimeState } from '@kedge/web-runtime'
import { byId, say } from './page-elements.js'

const phases: Readonly<Record<ModelProgress['phase'], string>> = {
  resolving: 'Checking the release',
  downloading: 'Fetching the model',
  verifying: 'Verifying the model',
  probing: 'Trying the model on this device',
  switching: 'Starting the model',
  active: 'Starting the model',
  failed: 'The model cannot run here',
}

/** What people see before the first version is ready: what it waits for and how far it is. */
export class ArrivalView {
  readonly #panel = byId('arrival')
  readonly #title = byId('arrival-title')
  readonly #bar = byId<HTMLProgressElement>('arrival-bar')
  readonly #detail = byId('arrival-detail')

  done(): void {
    this.#panel.hidden = true
  }

  fail(message: string): void {
    say(this.#title, 'This page cannot run the model')
    say(this.#detail, message)
    this.#bar.removeAttribute('value')
  }

  progress({ phase, bytes, reason }: ModelProgress): void {
    say(this.#title, phases[phase])
    if (bytes) {
      this.#bar.max = Math.max(1, bytes.total)
      this.#bar.value = bytes.done
    }
    const size = bytes ? `${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}` : ''
    say(this.#detail, reason?.message ?? size)
  }

  /** Nothing is on its way yet. */
  state({ role, online, device, problem }: RuntimeState): void {
    if (problem) {
      say(this.#title, 'Not connected yet')
      say(this.#detail, `${problem.message}. Trying again.`)
    } else if (role === 'following') {
      say(this.#title, 'Another tab fetches the model')
    } else if (role === 'starting' || !online) {
      say(this.#title, 'Connecting to the fleet')
    } else {
      say(this.#title, 'Waiting for a model')
      say(this.#detail, `The fleet has sent none to this browser (${device}) yet.`)
    }
  }
}
