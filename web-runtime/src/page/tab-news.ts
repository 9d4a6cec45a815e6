/** Tells the other tabs of this origin that what the leading tab has stored has changed. */
export class TabNews {
  readonly #channel: BroadcastChannel

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name)
  }

  tell(): void {
    this.#channel.postMessage('changed')
  }

  onNews(listener: () => void): void {
    this.#channel.addEventListener('message', listener)
  }

  close(): void {
    this.#channel.close()
  }
}
