import type { Answer } from './answer.js'

export interface Call {
  readonly parameters: Readonly<Record<string, string>>
  readonly body: () => Promise<unknown>
}

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly pattern: RegExp
  readonly answer: (call: Call) => Answer | Promise<Answer>
}

/** @param path segments that begin with a colon match any one segment */
export const route = (method: Route['method'], path: string, answer: Route['answer']): Route => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`),
  answer,
})

/** Its parameters when a route's path matches. */
export function matchRoute({ pattern }: Route, path: string): Record<string, string> | undefined {
  const match = pattern.exec(path)
  if (match === null) return undefined
  const groups = Object.entries(match.groups ?? {})
  return Object.fromEntries(groups.map(([name, value]) => [name, decode(value)]))
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
