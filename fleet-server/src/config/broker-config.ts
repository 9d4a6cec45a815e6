import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { defaultLimits, limitsOf, type DoorLimits } from '../broker/door-limits.js'

export type BrokerConfig =
  | { readonly kind: 'embedded'; readonly port: number }
  /** `ca`: a file with the authority that has certified it, where not every machine knows that one. */
  | { readonly kind: 'external'; readonly url: string; readonly ca?: string }

const upTo = (most: number, usual: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 at least')
    .max(most, `must be ${most} at most`)
    .default(usual)

const { connections, perAddress, arrivals } = defaultLimits

/** What the environment says of the broker. */
export const brokerEnvironmentSchema = z.object({
  brokerUrl: z
    .url()
    .regex(/^(mqtts?|wss?):\/\//, 'must begin with mqtt://, mqtts://, ws:// or wss://')
    .optional(),
  brokerCa: z.string().optional(),
  maxConnections: upTo(1_000_000, connections),
  maxConnectionsPerAddress: upTo(1_000_000, perAddress),
  /** In a second. */
  maxArrivalsPerAddress: upTo(100_000, arrivals.perSecond),
  /** In a second. */
  maxMessagesPerDevice: upTo(100_000, 200),
})
type BrokerEnvironment = z.output<typeof brokerEnvironmentSchema>

/** @throws UsageError where two settings do not fit */
export function toBroker(
  { brokerUrl: url, brokerCa: ca }: BrokerEnvironment,
  embedded: { readonly port: number },
): BrokerConfig {
  if (url === undefined && ca === undefined) return { kind: 'embedded', port: embedded.port }
  if (url === undefined || (ca !== undefined && !/^(mqtts|wss):/.test(url))) {
    throw new UsageError('usage', '--broker-ca is for a --broker-url of mqtts:// or wss://')
  }
  return { kind: 'external', url, ...(ca !== undefined && { ca }) }
}

/** @throws UsageError where one address may do more than all together */
export function toLimits(environment: BrokerEnvironment): DoorLimits {
  const { maxConnections, maxConnectionsPerAddress } = environment
  // As they come, the limit of one address is half of all; only who sets it can be wrong about it.
  if (maxConnectionsPerAddress > maxConnections && maxConnectionsPerAddress !== perAddress) {
    throw new UsageError(
      'usage',
      `--max-connections-per-address ${maxConnectionsPerAddress} is more than ` +
        `--max-connections ${maxConnections}`,
    )
  }
  return limitsOf({
    connections: maxConnections,
    perAddress: Math.min(maxConnectionsPerAddress, maxConnections),
    arrivalsPerSecond: environment.maxArrivalsPerAddress,
    messagesPerSecond: environment.maxMessagesPerDevice,
  })
}
