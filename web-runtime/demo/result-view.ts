import { byId, capitalise, make, say } from './page-elements.js'
import type { Ranked, Recognition } from './recognition.js'

const shown = 3
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 })

/** What the model says of the last stroke. */
export class ResultView {
  readonly #says = byId('says')
  readonly #ranking = byId('ranking')

  empty(text: string): void {
    this.#says.dataset['empty'] = 'true'
    say(this.#says, text)
    this.#ranking.replaceChildren(...Array.from({ length: shown }, () => row(undefined)))
  }

  show({ ranking }: Recognition): void {
    const [best] = ranking
    if (!best) return
    this.#says.dataset['empty'] = 'false'
    say(this.#says, capitalise(best.label))
    this.#ranking.replaceChildren(...ranking.slice(0, shown).map(row))
  }
}

/** Rows without content keep the page from moving when the first result comes. */
function row(ranked: Ranked | undefined): HTMLLIElement {
  const fill = make('div', 'fill')
  fill.style.transform = `scaleX(${ranked?.share ?? 0})`
  return make(
    'li',
    '',
    make('span', '', ranked ? capitalise(ranked.label) : ''),
    make('div', 'track', fill),
    make('span', 'share', ranked ? percent.format(ranked.share) : ''),
  )
}
