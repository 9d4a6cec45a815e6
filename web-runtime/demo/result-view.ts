import { byId, capitalise, make } from './page-elements.js'
import type { Ranked, Recognition } from './recognition.js'

const runnersUp = 2

/** What the model says of the last stroke. */
export class ResultView {
  readonly #says = byId('says')
  readonly #best = byId('best')
  readonly #ranking = byId('ranking')

  /** A sentence where the result would be. The page keeps its size. */
  empty(text: string): void {
    this.#says.dataset['empty'] = 'true'
    this.#says.replaceChildren(text)
    this.#paint(undefined, [])
  }

  show({ ranking }: Recognition): void {
    const [best, ...others] = ranking
    if (!best) return
    this.#says.dataset['empty'] = 'false'
    this.#says.replaceChildren(
      make('span', 'name', capitalise(best.label)),
      ' ',
      make('span', 'share', formatShare(best.share)),
    )
    this.#paint(best, others)
  }

  #paint(best: Ranked | undefined, others: readonly Ranked[]): void {
    this.#best.dataset['empty'] = String(best === undefined)
    setShare(this.#best.firstElementChild as HTMLElement, best?.share ?? 0)
    const rows = Array.from({ length: runnersUp }, (_, i) => row(others[i]))
    this.#ranking.replaceChildren(...rows)
  }
}

/** Rows without content keep the page from moving when the first result comes. */
function row(ranked: Ranked | undefined): HTMLLIElement {
  if (!ranked) return make('li', 'blank')
  const fill = make('div', 'fill')
  setShare(fill, ranked.share)
  return make(
    'li',
    '',
    make('span', '', capitalise(ranked.label)),
    make('div', 'track', fill),
    make('span', 'share', formatShare(ranked.share)),
  )
}

const setShare = (fill: HTMLElement, share: number) => (fill.style.transform = `scaleX(${share})`)

/** No network is ever wholly sure, so neither 0 nor 100 is claimed. */
function formatShare(share: number): string {
  if (share < 0.01) return '< 1 %'
  return share > 0.99 ? '> 99 %' : `${Math.round(share * 100)} %`
}
