/** What a state means to an operator; each has its colour. */
export type Tone = 'good' | 'bad' | 'warn' | 'moving' | 'idle'

/** The shape that tells a state without its colour. */
export type Shape =
  'dot' | 'ring' | 'check' | 'cross' | 'alert' | 'half' | 'dashes' | 'bars' | 'play' | 'next'
