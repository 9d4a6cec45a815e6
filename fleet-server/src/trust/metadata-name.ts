/** A file of the repository; the timestamp alone is asked for without a version (TUF 6.2). */
export interface MetadataName {
  readonly role: string
  readonly version?: number
}

export const formatMetadataName = (role: string, version: number): string =>
  role === 'timestamp' ? 'timestamp.json' : `${version}.${role}.json`

/** Reads `3.root.json`; undefined for what is no name of a metadata file. */
export function parseMetadataName(name: string): MetadataName | undefined {
  if (name === 'timestamp.json') return { role: 'timestamp' }
  const [, version, role] = /^([1-9]\d{0,14})\.([a-z][a-z0-9.-]{0,79})\.json$/.exec(name) ?? []
  if (version === undefined || role === undefined || role === 'timestamp') return undefined
  return { role, version: Number(version) }
}

/** The name by which trusted copies are kept, and by which a snapshot lists a file. */
export const unversionedName = (role: string): string => `${role}.json`
