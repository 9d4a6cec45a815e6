import type { RuntimeState } from '@kedge/web-runtime'
import { byId, say } from './page-elements.js'

type Link = 'starting' | 'online' | 'offline' | 'following' | 'problem'

const words: Readonly<Record<Link, string>> = {
  starting: 'Starting',
  online: 'Connected',
  offline: 'Offline, still works',
  following: 'Connected in another tab',
  problem: 'Not connected',
}

/** The connection, in a word and a mark. */
export function showLink(state: RuntimeState, hasModel: boolean): void {
  const link = linkOf(state, hasModel)
  byId('link').dataset['link'] = link
  say(byId('link-text'), words[link])
}

function linkOf({ role, online, problem }: RuntimeState, hasModel: boolean): Link {
  if (online) return 'online'
  if (role === 'following') return 'following'
  if (problem) return 'problem'
  if (role === 'starting') return 'starting'
  return hasModel ? 'offline' : 'problem'
}
