/** The path of a Chromium on this machine; undefined when there is none. */
export function findChromium(): string | undefined
/** Finds a Chromium or installs one; returns its path. */
export function ensureChromium(): string
export const chromiumFlags: readonly string[]
