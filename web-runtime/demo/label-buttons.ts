import { byId, capitalise, make, say } from './page-elements.js'
import { shapeGlyph } from './shape-glyph.js'

/** The answer to "which shape was it?": one button a shape, by touch, by Tab or by digit key. */
export class LabelButtons {
  readonly #grid = byId('labels')
  readonly #thanks = byId('thanks')
  readonly #tally = byId('tally')
  readonly #onLabel: (label: string) => void
  #labels: readonly string[] = []
  #open = false
  #right = 0
  #given = 0

  constructor(onLabel: (label: string) => void) {
    this.#onLabel = onLabel
    addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** Offers these shapes. Keeps the buttons when they are the same. */
  offer(labels: readonly string[]): void {
    if (labels.join() === this.#labels.join()) return
    this.#labels = labels
    this.#grid.replaceChildren(...labels.map((label, i) => this.#button(label, i)))
  }

  /** A prediction waits for its label. */
  open(guess: string): void {
    this.#open = true
    say(this.#thanks, '')
    this.#each((button, label) => {
      button.disabled = false
      button.dataset['guess'] = String(label === guess)
      button.setAttribute('aria-pressed', 'false')
    })
  }

  close(): void {
    this.#open = false
    this.#each((button) => (button.disabled = true))
  }

  /** The label has been taken. */
  thank(label: string, wasRight: boolean): void {
    this.#given += 1
    if (wasRight) this.#right += 1
    say(this.#thanks, `Thank you. Noted as ${label}.`)
    say(this.#tally, `${this.#right} of ${this.#given} right`)
    this.#each((button, own) => button.setAttribute('aria-pressed', String(own === label)))
  }

  apologise(): void {
    say(this.#thanks, 'Too late: the model no longer remembers that stroke.')
  }

  #button(label: string, index: number): HTMLButtonElement {
    const glyph = shapeGlyph(label)
    const key = make('kbd', '', digitOf(index) ?? '')
    key.setAttribute('aria-hidden', 'true')
    const button = make(
      'button',
      'shape',
      ...(glyph ? [glyph] : []),
      make('span', '', capitalise(label)),
      key,
    )
    button.type = 'button'
    button.disabled = true
    button.setAttribute('aria-pressed', 'false')
    const digit = digitOf(index)
    if (digit !== undefined) button.setAttribute('aria-keyshortcuts', digit)
    button.addEventListener('click', () => this.#choose(label))
    return button
  }

  #choose(label: string): void {
    if (!this.#open) return
    this.#open = false
    this.#onLabel(label)
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const index = this.#labels.findIndex((_, i) => digitOf(i) === event.key)
    const label = this.#labels[index]
    if (label !== undefined) this.#choose(label)
  }

  #each(change: (button: HTMLButtonElement, label: string) => void): void {
    this.#labels.forEach((label, i) => {
      change(this.#grid.children[i] as HTMLButtonElement, label)
    })
  }
}

/** 1 to 9, then 0, as they lie on the keyboard. */
const digitOf = (index: number) => (index < 10 ? String((index + 1) % 10) : undefined)
