/** The version of this package, which devices report; a test compares it with the manifest. */
export const runtimeVersion = '0.1.0'
