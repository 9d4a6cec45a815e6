import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { FleetRoom } from './rooms/fleet/fleet-room.js'
import { Shell } from './shell/shell.js'
import { NoSuchPage, PageFailed } from './shell/lost-pages.js'

type Search = Record<string, unknown>

// Only what is there and is text; the router reads numbers and booleans into their types.
const textOf = (search: Search, key: string): string | undefined => {
  const value = search[key]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

const pick =
  <const Key extends string>(...keys: readonly Key[]) =>
  (search: Search): { [K in Key]?: string } =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const text = textOf(search, key)
        return text === undefined ? [] : [[key, text]]
      }),
    ) as { [K in Key]?: string }

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NoSuchPage,
  errorComponent: PageFailed,
})

const fleet = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: pick('select'),
  component: FleetRoom,
})

const device = createRoute({
  getParentRoute: () => rootRoute,
  path: '/devices/$device',
  validateSearch: pick('range', 'model'),
  component: lazyRouteComponent(() => import('./rooms/device/device-room.js'), 'DeviceRoom'),
})

const models = createRoute({
  getParentRoute: () => rootRoute,
  path: '/models',
  component: lazyRouteComponent(() => import('./rooms/models/models-room.js'), 'ModelsRoom'),
})

const model = createRoute({
  getParentRoute: () => rootRoute,
  path: '/models/$model',
  validateSearch: pick('range'),
  component: lazyRouteComponent(() => import('./rooms/model/model-room.js'), 'ModelRoom'),
})

const rollouts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rollouts',
  component: lazyRouteComponent(() => import('./rooms/rollouts/rollouts-room.js'), 'RolloutsRoom'),
})

const newRollout = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rollouts/new',
  validateSearch: pick('model', 'version', 'select'),
  component: lazyRouteComponent(() => import('./rooms/rollouts/new-rollout.js'), 'NewRollout'),
})

const rollout = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rollouts/$rollout',
  validateSearch: pick('state'),
  component: lazyRouteComponent(() => import('./rooms/rollout/rollout-room.js'), 'RolloutRoom'),
})

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: lazyRouteComponent(
    () => import('./rooms/settings/settings-frame.js'),
    'SettingsFrame',
  ),
})

const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: lazyRouteComponent(
    () => import('./rooms/settings/settings-frame.js'),
    'SettingsStart',
  ),
})

const enrolment = createRoute({
  getParentRoute: () => settings,
  path: '/enrolment',
  component: lazyRouteComponent(
    () => import('./rooms/settings/enrolment-room.js'),
    'EnrolmentRoom',
  ),
})

const publishers = createRoute({
  getParentRoute: () => settings,
  path: '/publishers',
  component: lazyRouteComponent(() => import('./rooms/settings/publishers.js'), 'Publishers'),
})

const trust = createRoute({
  getParentRoute: () => settings,
  path: '/trust',
  component: lazyRouteComponent(() => import('./rooms/trust/trust-room.js'), 'TrustRoom'),
})

const people = createRoute({
  getParentRoute: () => settings,
  path: '/people',
  component: lazyRouteComponent(() => import('./rooms/people/people.js'), 'People'),
})

const serviceTokens = createRoute({
  getParentRoute: () => settings,
  path: '/service-tokens',
  component: lazyRouteComponent(() => import('./rooms/people/service-tokens.js'), 'ServiceTokens'),
})

const audit = createRoute({
  getParentRoute: () => settings,
  path: '/audit',
  validateSearch: pick('actor', 'action'),
  component: lazyRouteComponent(() => import('./rooms/audit/audit-room.js'), 'AuditRoom'),
})

const server = createRoute({
  getParentRoute: () => settings,
  path: '/server',
  component: lazyRouteComponent(() => import('./rooms/settings/server.js'), 'Server'),
})

const account = createRoute({
  getParentRoute: () => settings,
  path: '/account',
  component: lazyRouteComponent(() => import('./rooms/account/account-room.js'), 'AccountRoom'),
})

const settingsRooms = settings.addChildren([
  settingsStart,
  enrolment,
  publishers,
  trust,
  people,
  serviceTokens,
  audit,
  server,
  account,
])

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    fleet,
    device,
    models,
    model,
    rollouts,
    newRollout,
    rollout,
    settingsRooms,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  // `?select=site=berlin` instead of JSON in quotes: people read and write these addresses.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const entries = Object.entries(search).filter(([, value]) => value !== undefined)
    const text = new URLSearchParams(entries as [string, string][]).toString()
    return text === '' ? '' : `?${text}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
