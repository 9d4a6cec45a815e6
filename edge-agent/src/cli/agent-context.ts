/** What a command is given by the program it runs in. */
export interface AgentContext {
  /** Aborts when the command is to end. */
  readonly signal: AbortSignal
  readonly print: (text: string) => void
}
