/** What the environment and the command line say, unread: every value is text or absent. */
export interface ServerEnvironment {
  readonly data?: string | undefined
  readonly host?: string | undefined
  readonly port?: string | undefined
  readonly mqttPort?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly brokerUrl?: string | undefined
  readonly brokerCa?: string | undefined
  readonly maxConnections?: string | undefined
  readonly maxConnectionsPerAddress?: string | undefined
  readonly maxArrivalsPerAddress?: string | undefined
  readonly maxMessagesPerDevice?: string | undefined
  readonly blobsUrl?: string | undefined
  readonly publicUrl?: string | undefined
  readonly tls?: string | boolean | undefined
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
  readonly tlsCa?: string | undefined
  readonly insecure?: string | boolean | undefined
  readonly browserOrigins?: string | undefined
  readonly browserSession?: string | undefined
  readonly browserLimit?: string | undefined
  readonly longestTokenLife?: string | undefined
  readonly adminToken?: string | undefined
  readonly auditWebhook?: string | undefined
  readonly oidcIssuer?: string | undefined
  readonly oidcClientId?: string | undefined
  readonly oidcClientSecret?: string | undefined
  readonly oidcRoleClaim?: string | undefined
  readonly oidcRoles?: string | undefined
  readonly telemetryWindow?: string | undefined
  readonly logLevel?: string | undefined
  readonly awsAccessKeyId?: string | undefined
  readonly awsSecretAccessKey?: string | undefined
}

type Variables = Readonly<Record<string, string | undefined>>

export function readEnv(variables: Variables): ServerEnvironment {
  const read = (name: string) => variables[name] || undefined
  return {
    data: read('KEDGE_DATA'),
    host: read('KEDGE_HOST'),
    port: read('KEDGE_PORT'),
    mqttPort: read('KEDGE_MQTT_PORT'),
    databaseUrl: read('KEDGE_DATABASE_URL'),
    brokerUrl: read('KEDGE_BROKER_URL'),
    brokerCa: read('KEDGE_BROKER_CA'),
    maxConnections: read('KEDGE_MAX_CONNECTIONS'),
    maxConnectionsPerAddress: read('KEDGE_MAX_CONNECTIONS_PER_ADDRESS'),
    maxArrivalsPerAddress: read('KEDGE_MAX_ARRIVALS_PER_ADDRESS'),
    maxMessagesPerDevice: read('KEDGE_MAX_MESSAGES_PER_DEVICE'),
    blobsUrl: read('KEDGE_BLOBS_URL'),
    publicUrl: read('KEDGE_PUBLIC_URL'),
    tls: read('KEDGE_TLS'),
    tlsCert: read('KEDGE_TLS_CERT'),
    tlsKey: read('KEDGE_TLS_KEY'),
    tlsCa: read('KEDGE_TLS_CA'),
    insecure: read('KEDGE_INSECURE'),
    browserOrigins: read('KEDGE_BROWSER_ORIGINS'),
    browserSession: read('KEDGE_BROWSER_SESSION'),
    browserLimit: read('KEDGE_BROWSER_LIMIT'),
    longestTokenLife: read('KEDGE_LONGEST_TOKEN_LIFE'),
    adminToken: read('KEDGE_ADMIN_TOKEN'),
    auditWebhook: read('KEDGE_AUDIT_WEBHOOK'),
    oidcIssuer: read('KEDGE_OIDC_ISSUER'),
    oidcClientId: read('KEDGE_OIDC_CLIENT_ID'),
    oidcClientSecret: read('KEDGE_OIDC_CLIENT_SECRET'),
    oidcRoleClaim: read('KEDGE_OIDC_ROLE_CLAIM'),
    oidcRoles: read('KEDGE_OIDC_ROLES'),
    telemetryWindow: read('KEDGE_TELEMETRY_WINDOW'),
    logLevel: read('KEDGE_LOG_LEVEL'),
    awsAccessKeyId: read('AWS_ACCESS_KEY_ID'),
    awsSecretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
  }
}
