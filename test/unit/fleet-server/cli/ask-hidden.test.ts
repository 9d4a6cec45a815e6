import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { askHidden } from '../../../../fleet-server/src/cli/ask-hidden.js'

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let shown = ''
  output.on('data', (part: Buffer) => (shown += part.toString()))
  return { input, output, shown: () => shown }
}

describe('a passphrase on a terminal', () => {
  it('is read to the end of its line, and never shown', async () => {
    const { input, output, shown } = terminal()
    const answer = askHidden({ input, output }, 'New passphrase: ')
    input.write('correct horse\r')
    expect(await answer).toBe('correct horse')
    expect(shown()).toBe('New passphrase: \n')
  })

  it('can be asked for again on the same terminal', async () => {
    const { input, output } = terminal()
    const first = askHidden({ input, output }, 'New passphrase: ')
    input.write('one\r')
    await first
    const again = askHidden({ input, output }, 'Once more: ')
    input.write('two\r')
    expect(await again).toBe('two')
  })

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('is given up with %s', async (_name, typed) => {
    const { input, output } = terminal()
    const answer = askHidden({ input, output }, 'New passphrase: ')
    input.write(typed)
    await expect(answer).rejects.toThrow('no passphrase was given')
  })
})
