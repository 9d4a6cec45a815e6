import fc from 'fast-check'

/** As much of JSON Schema as the OpenAPI document of the server uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | string[]
  readonly enum?: unknown[]
  readonly const?: unknown
  readonly anyOf?: JsonSchema[]
  readonly oneOf?: JsonSchema[]
  readonly allOf?: JsonSchema[]
  readonly properties?: Record<string, JsonSchema>
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters?: { name: string; in: 'path' | 'query'; schema: JsonSchema }[]
  readonly requestBody?: { content: Record<string, { schema?: JsonSchema }> }
}

export interface OpenApiDocument {
  readonly paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>
  readonly components?: { schemas?: Record<string, JsonSchema> }
}

export const operationsOf = ({ paths }: OpenApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  )

/** Text that has broken parsers, paths, queries and databases before. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\0', 'null', 'undefined', '-1', '1e999', 'NaN', '0x10', '%00', '%zz', '%c0%80'],
    ...['../../etc/passwd', '..%2f..%2f', "' or 1=1 --", '"; drop table audit; --', '${7*7}'],
    ...['__proto__', 'constructor', 'toString', '<img onerror=alert(1)>', '\ud800', '💥'],
    ...['9007199254740993', '-9223372036854775809', '1970-01-01', 'a'.repeat(5_000)],
    ...['a'.repeat(64), 'load@1.0.0', '1.0.0', 'site=berlin', 'd-0123456789abcdef0123'],
  ),
  fc.string({ maxLength: 40, unit: 'binary' }),
)

const anyJson = fc.jsonValue({ maxDepth: 4 })
const hostileNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, -1, 2 ** 53, -(2 ** 63), 1e308, 0.1),
)

/** Documents that are nearly of a schema: each part is right, wrong, missing or of another kind. */
export class NearlyValid {
  readonly #schemas: Record<string, JsonSchema>

  constructor({ components }: OpenApiDocument) {
    this.#schemas = components?.schemas ?? {}
  }

  of(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
    if (depth > 6) return anyJson
    return fc.oneof(
      { weight: 8, arbitrary: this.#right(schema, depth + 1) },
      { weight: 1, arbitrary: anyJson },
      { weight: 1, arbitrary: hostileText },
    )
  }

  #right(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) return this.of(this.#resolve(schema.$ref), depth)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    if ('const' in schema) return fc.constant(schema.const)
    const several = schema.anyOf ?? schema.oneOf ?? schema.allOf
    if (several) return fc.oneof(...several.map((one) => this.of(one, depth)))
    const [type] = [schema.type].flat()
    if (type === 'object') return this.#object(schema, depth)
    if (type === 'array') return fc.array(this.of(schema.items ?? {}, depth), { maxLength: 4 })
    if (type === 'boolean') return fc.boolean()
    if (type === 'integer' || type === 'number')
      return fc.oneof(this.#number(schema), hostileNumber)
    if (type === 'string') return this.#text(schema)
    return anyJson
  }

  #object({ properties = {} }: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    const entries = Object.entries(properties).map(([name, one]) => [name, this.of(one, depth)])
    const parts = Object.fromEntries(entries) as Record<string, fc.Arbitrary<unknown>>
    const whole = fc.record(parts)
    const known = fc.record(parts, { requiredKeys: [] })
    const more = fc.tuple(known, fc.dictionary(hostileText, anyJson, { maxKeys: 3 }))
    return fc.oneof(
      whole,
      known,
      more.map(([a, b]) => ({ ...a, ...b })),
    )
  }

  #number({ minimum = -10, maximum = 1_000 }: JsonSchema): fc.Arbitrary<number> {
    const top = Math.min(maximum, Number.MAX_SAFE_INTEGER)
    return fc.integer({ min: Math.ceil(Math.min(minimum, top)), max: Math.floor(top) })
  }

  #text({ pattern }: JsonSchema): fc.Arbitrary<string> {
    if (pattern === undefined) return fc.oneof(hostileText, fc.string())
    return fc.oneof(this.#matching(pattern), hostileText)
  }

  /** fast-check does not know every pattern; those it does not know are left to chance. */
  #matching(pattern: string): fc.Arbitrary<string> {
    try {
      return fc.stringMatching(new RegExp(pattern))
    } catch {
      return hostileText
    }
  }

  #resolve(ref: string): JsonSchema {
    return this.#schemas[ref.replace('#/components/schemas/', '')] ?? {}
  }
}
