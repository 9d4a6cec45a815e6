// The direction of imports (DESIGN, section 2). Run by `npm test`.

const rooms = [
  'util',
  'errors',
  'model',
  'trust',
  'delivery',
  'telemetry',
  'training',
  'protocol',
  'device',
  'adapters',
]

/** Rooms of `shared` that stand beside each other and do not meet. */
const mayImport = {
  util: ['util'],
  errors: ['util', 'errors'],
  model: ['util', 'errors', 'model'],
  trust: ['util', 'errors', 'model', 'trust'],
  delivery: ['util', 'errors', 'model', 'delivery'],
  telemetry: ['util', 'errors', 'model', 'telemetry'],
  training: ['util', 'errors', 'model', 'training'],
  demo: ['util', 'errors', 'model', 'training', 'telemetry', 'demo'],
  protocol: ['util', 'errors', 'model', 'trust', 'delivery', 'telemetry', 'training', 'protocol'],
  device: rooms.filter((room) => room !== 'adapters' && room !== 'training'),
  adapters: rooms.filter((room) => room !== 'training'),
}

const sharedRules = Object.entries(mayImport).map(([room, allowed]) => ({
  name: `shared-${room}-imports-downwards`,
  severity: 'error',
  from: { path: `^shared/src/${room}/` },
  to: { path: '^shared/src/', pathNot: `^shared/src/(${allowed.join('|')})/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...sharedRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'shared-is-alone',
      severity: 'error',
      from: { path: '^shared/src' },
      to: { path: '^(edge-agent|web-runtime|fleet-server)/' },
    },
    {
      name: 'shared-has-no-node',
      severity: 'error',
      from: { path: '^shared/src' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shells-do-not-meet',
      severity: 'error',
      from: { path: '^edge-agent/src' },
      to: { path: '^(web-runtime|fleet-server)/' },
    },
    {
      name: 'web-runtime-stands-alone',
      severity: 'error',
      from: { path: '^web-runtime/src' },
      to: { path: '^(edge-agent|fleet-server)/' },
    },
    {
      name: 'server-is-no-device',
      severity: 'error',
      from: { path: '^fleet-server/src' },
      to: { path: '^(edge-agent|web-runtime)/|^shared/(src|dist)/(device|adapters)/' },
    },
    {
      name: 'doors-never-meet',
      severity: 'error',
      from: { path: '^fleet-server/src/http' },
      to: { path: '^fleet-server/src/broker' },
    },
    {
      name: 'doors-never-meet-either-way',
      severity: 'error',
      from: { path: '^fleet-server/src/broker' },
      to: { path: '^fleet-server/src/http' },
    },
    {
      name: 'only-repositories-import-db',
      severity: 'error',
      from: {
        path: '^fleet-server/src',
        pathNot: ['^fleet-server/src/db/', '-repository\\.ts$', '^fleet-server/src/server\\.ts$'],
      },
      to: { path: '^fleet-server/src/db/' },
    },
    {
      name: 'kysely-only-in-db-and-repositories',
      severity: 'error',
      from: { path: 'src', pathNot: ['^fleet-server/src/db/', '-repository\\.ts$'] },
      to: { path: 'node_modules/kysely' },
    },
    {
      name: 'aedes-only-in-broker',
      severity: 'error',
      from: { path: 'src', pathNot: '^fleet-server/src/broker/' },
      to: { path: 'node_modules/aedes' },
    },
    {
      name: 'onnxruntime-only-where-models-run',
      severity: 'error',
      from: {
        path: 'src',
        pathNot: ['/src/inference/', '/src/training/', '^fleet-server/src/runs/'],
      },
      to: { path: 'node_modules/onnxruntime-' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'shared/tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['kedge-source', 'import', 'types', 'default'],
    },
  },
}
