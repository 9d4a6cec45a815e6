import type { DeviceHost } from '@kedge/shared/device/ports/host'

interface BrowserNavigator {
  readonly userAgentData?: {
    readonly brands?: readonly { readonly brand: string; readonly version: string }[]
    readonly platform?: string
  }
  /** In GiB, rounded so that it tells little about the person. */
  readonly deviceMemory?: number
}

/** What a page may know of the machine it runs on. */
export function browserFacts(): DeviceHost['machine'] {
  const { userAgentData, deviceMemory } = navigator as BrowserNavigator
  return {
    runtime: browserName(userAgentData).slice(0, 64),
    os: (userAgentData?.platform ?? osFrom(navigator.userAgent)).slice(0, 64),
    arch: 'wasm32',
    class: 'browser',
    cores: navigator.hardwareConcurrency,
    ...(deviceMemory !== undefined && { memoryBytes: deviceMemory * 2 ** 30 }),
  }
}

function browserName(data: BrowserNavigator['userAgentData']): string {
  // Brands hold one of nonsense on purpose, so that nobody relies on the list being closed.
  const brand = data?.brands?.find(({ brand }) => !/not.?a.?brand/i.test(brand))
  if (brand) return `${brand.brand} ${brand.version}`
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(navigator.userAgent) ?? []
  if (name === undefined) return 'browser'
  return `${name === 'Version' ? 'Safari' : name} ${version}`
}

const osFrom = (agent: string) =>
  /Android|iPhone|iPad|Mac OS X|Windows|Linux|CrOS/.exec(agent)?.[0] ?? 'unknown'
