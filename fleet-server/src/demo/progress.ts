const colours = process.stdout.isTTY && !process.env['NO_COLOR']
const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)

/** One line for each thing that is done; while it is being done the line says so. */
export class Progress {
  readonly #width: number

  constructor(width: number) {
    this.#width = width
  }

  /** Runs a step; the text it gives says what came of it. */
  async step(title: string, work: (say: (text: string) => void) => Promise<string>): Promise<void> {
    const say = (text: string) =>
      this.#rewrite(`${paint(2, '·')} ${this.#pad(title)}${paint(2, text)}`)
    say('…')
    const result = await work(say)
    this.#rewrite('')
    process.stdout.write(`${paint(32, '✓')} ${this.#pad(title)}${result}\n`)
  }

  line(text = ''): void {
    this.#rewrite('')
    process.stdout.write(`${text}\n`)
  }

  note(text: string): void {
    this.line(`${paint(33, '!')} ${text}`)
  }

  #pad(title: string): string {
    return paint(1, title.padEnd(this.#width))
  }

  // A log file gets only the finished lines.
  #rewrite(text: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${text}`)
  }
}
