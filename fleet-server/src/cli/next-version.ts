/** The version after `latest`: the next patch, or the release that a pre-release announces. */
export function nextVersion(latest: string | null): string {
  const [, major, minor, patch, prerelease] = /^(\d+)\.(\d+)\.(\d+)(-.+)?$/.exec(latest ?? '') ?? []
  if (major === undefined) return '1.0.0'
  return `${major}.${minor}.${prerelease ? patch : Number(patch) + 1}`
}
