import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { Hours, Seconds, type Ms } from '@kedge/shared/util/units'
import type { DoorLimits } from '../broker/door-limits.js'
import { isLoopback } from '../tls/is-loopback.js'
import { brokerEnvironmentSchema, toBroker, toLimits, type BrokerConfig } from './broker-config.js'
import type { ServerEnvironment } from './env.js'
import { oidcEnvironmentSchema, toOidc, type OidcConfig } from './oidc-config.js'

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }

export type BlobsConfig =
  | { readonly kind: 'disk'; readonly folder: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly prefix: string
      readonly endpoint: string
      readonly region: string
    }

export type TlsConfig =
  /** `insecure`: also where others can reach it. */
  | { readonly kind: 'off'; readonly insecure: boolean }
  | { readonly kind: 'own'; readonly folder: string }
  /** `ca`: the authority that devices are to pin, where it is not one that every machine knows. */
  | { readonly kind: 'files'; readonly cert: string; readonly key: string; readonly ca?: string }

export interface ServerConfig {
  readonly version: string
  readonly data: string
  readonly host: string
  /** 0 takes any free port; so do the tests. */
  readonly port: number
  readonly database: DatabaseConfig
  readonly broker: BrokerConfig
  /** What the embedded broker takes on. */
  readonly limits: DoorLimits
  readonly blobs: BlobsConfig
  /** Where devices and people reach this server, when a proxy stands before it. */
  readonly publicUrl?: string
  /** Where signed checkpoints of the audit trail are posted to. */
  readonly auditWebhook?: string
  /** Where people have accounts elsewhere. */
  readonly oidc?: OidcConfig
  readonly tls: TlsConfig
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly desired: {
    readonly timeToLive: Ms
    /** Length of a device's telemetry window in seconds. */
    readonly telemetryWindowS: number
  }
  readonly browsers: {
    /** How long a browser may connect before it has to ask again. */
    readonly sessionLife: Ms
    /** Origins, beside our own, whose pages need no token. */
    readonly origins: readonly string[]
    /** More are not let in. */
    readonly limit: number
  }
  /** No enrolment token lives longer. Seconds. */
  readonly longestTokenLifeS: number
  /** Folders of built pages. */
  readonly pages: { readonly console: string; readonly demo: string }
}

const port = z.coerce.number().int().min(0).max(65_535)
const url = z.url()

/** `https://shop.example,https://…` → origins, as browsers write them. */
function toOrigins(text: string, issues: z.RefinementCtx): string[] {
  const parts = text.split(',').flatMap((part) => part.trim() || [])
  const origins = parts.map((part) => (URL.canParse(part) ? new URL(part).origin : 'null'))
  if (origins.includes('null')) issues.addIssue('must be origins such as https://shop.example')
  return origins
}

/** A flag without a value, or what people write into a variable for yes and no. */
const switchSchema = z
  .union([z.boolean(), z.enum(['1', 'true', 'yes', '0', 'false', 'no'])], 'must be 1 or 0')
  .transform((value) => value === true || ['1', 'true', 'yes'].includes(String(value)))
  .default(false)

const environmentSchema = z.object({
  data: z.string().default('.kedge'),
  host: z.string().default('127.0.0.1'),
  port: port.default(8080),
  mqttPort: port.optional(),
  databaseUrl: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:FILE or postgres://…')
    .optional(),
  ...brokerEnvironmentSchema.shape,
  blobsUrl: url.regex(/^(s3|file):\/\//, 'must begin with s3:// or file://').optional(),
  publicUrl: url.regex(/^https?:\/\//, 'must begin with http:// or https://').optional(),
  auditWebhook: url.regex(/^https?:\/\//, 'must begin with http:// or https://').optional(),
  tls: switchSchema,
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  tlsCa: z.string().optional(),
  insecure: switchSchema,
  ...oidcEnvironmentSchema.shape,
  /** Seconds. */
  telemetryWindow: z.coerce.number().int().min(1).max(3_600).default(60),
  browserOrigins: z.string().default('').transform(toOrigins),
  /** Seconds. */
  browserSession: z.coerce
    .number()
    .int()
    .min(1)
    .max(24 * 3_600)
    .default(3_600),
  browserLimit: z.coerce.number().int().min(0).default(10_000),
  longestTokenLife: z.coerce
    .number()
    .int()
    .min(1)
    .max(366 * 24 * 3_600)
    .default(24 * 3_600),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('warn'),
})

/**
 * Checks every value and fills in the defaults.
 *
 * @throws UsageError naming each wrong value by flag and environment variable
 */
export function toConfig(environment: ServerEnvironment): ServerConfig {
  const result = environmentSchema.safeParse(environment)
  if (!result.success) throw new UsageError('usage', describeIssues(result.error))
  const checked = result.data
  const data = path.resolve(checked.data)
  const tls = toTls(checked, data)
  return {
    version: packageVersion(),
    data,
    host: checked.host,
    port: checked.port,
    database: toDatabase(checked.databaseUrl, data),
    broker: toBroker(checked, { port: checked.mqttPort ?? (tls.kind === 'off' ? 1883 : 8883) }),
    limits: toLimits(checked),
    blobs: toBlobs(checked.blobsUrl, data),
    ...(checked.publicUrl === undefined ? {} : { publicUrl: checked.publicUrl }),
    ...(checked.auditWebhook === undefined ? {} : { auditWebhook: checked.auditWebhook }),
    ...toOidc(checked),
    tls,
    logLevel: checked.logLevel,
    desired: { timeToLive: Hours(7 * 24), telemetryWindowS: checked.telemetryWindow },
    browsers: {
      sessionLife: Seconds(checked.browserSession),
      origins: checked.browserOrigins,
      limit: checked.browserLimit,
    },
    longestTokenLifeS: checked.longestTokenLife,
    pages: {
      console: path.resolve(import.meta.dirname, '../../console/dist'),
      demo: path.resolve(import.meta.dirname, '../../../web-runtime/demo-dist'),
    },
  }
}

function toTls(checked: z.output<typeof environmentSchema>, data: string): TlsConfig {
  const { tlsCert: cert, tlsKey: key, tlsCa: ca, insecure, host } = checked
  const isGiven = cert !== undefined && key !== undefined
  if ((cert ?? key ?? ca) !== undefined && !isGiven) {
    throw new UsageError('usage', '--tls-cert and --tls-key belong together, --tls-ca to both')
  }
  if (insecure && (checked.tls || isGiven)) {
    throw new UsageError('usage', '--insecure means no TLS; leave it out, or --tls and --tls-cert')
  }
  if (isGiven) return { kind: 'files', cert, key, ...(ca !== undefined && { ca }) }
  if (checked.tls || !(insecure || isLoopback(host))) {
    return { kind: 'own', folder: path.join(data, 'tls') }
  }
  return { kind: 'off', insecure: !isLoopback(host) }
}

function toDatabase(databaseUrl: string | undefined, data: string): DatabaseConfig {
  if (databaseUrl === undefined) return { kind: 'sqlite', file: path.join(data, 'kedge.db') }
  if (!databaseUrl.startsWith('sqlite:')) return { kind: 'postgres', url: databaseUrl }
  return { kind: 'sqlite', file: path.resolve(databaseUrl.slice('sqlite:'.length)) }
}

function toBlobs(blobsUrl: string | undefined, data: string): BlobsConfig {
  if (blobsUrl === undefined) return { kind: 'disk', folder: path.join(data, 'blobs') }
  const parsed = new URL(blobsUrl)
  if (parsed.protocol === 'file:') return { kind: 'disk', folder: path.resolve(parsed.pathname) }
  const region = parsed.searchParams.get('region') ?? 'us-east-1'
  return {
    kind: 's3',
    bucket: parsed.hostname,
    prefix: parsed.pathname.replace(/^\/|\/$/g, ''),
    endpoint: parsed.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`,
    region,
  }
}

const flagOf = (field: string) => field.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path: [field], message }) => {
      const flag = flagOf(String(field))
      return `--${flag} (KEDGE_${flag.replaceAll('-', '_').toUpperCase()}): ${message}`
    })
    .join('; ')
}

function packageVersion(): string {
  const file = path.resolve(import.meta.dirname, '../../package.json')
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return z.object({ version: z.string() }).parse(manifest).version
}
