import { Ms } from '@kedge/shared/util/units'

/** The version of this package, which devices report; a test compares it with the manifest. */
export const runtimeVersion = '0.1.0'

/** No clock that shows an earlier time can be right. Moved on with every version. */
export const builtAt = Ms(Date.UTC(2026, 10, 1))
