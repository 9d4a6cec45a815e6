import type { Labels } from '@kedge/shared/util/scalars'

type ReadLabels =
  | { readonly labels: Labels; readonly problem: undefined }
  | { readonly labels: undefined; readonly problem: string }

/** `site=berlin, ring=1` as labels. The server has the last word on names and values. */
export function readLabels(text: string): ReadLabels {
  const labels: Record<string, string> = {}
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue
    const [, key, value] = /^([^=\s]+)\s*=\s*(\S*)$/.exec(part) ?? []
    if (key === undefined || value === undefined) {
      return { labels: undefined, problem: `write ${JSON.stringify(part)} as name=value` }
    }
    labels[key] = value
  }
  return { labels, problem: undefined }
}

/** What `readLabels` reads back. */
export const writeLabels = (labels: Labels): string =>
  Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
