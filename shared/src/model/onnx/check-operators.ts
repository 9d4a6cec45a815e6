import { ModelError } from '../../errors/model-error.js'
import type { OnnxModel, OperatorUse, OpsetImport } from './onnx-model.js'
import { newestSupported, operatorCatalogue } from './operator-catalogue.js'

const CONTRIB = 'com.microsoft'

interface OperatorRules {
  readonly allowContribOps: boolean
}

/** What the operators of one graph or function are looked up in. */
interface Scope {
  readonly opsets: ReadonlyMap<string, number>
  readonly own: ReadonlySet<string>
  readonly rules: OperatorRules
}

/**
 * @throws ModelError `model-unsupported` for the first operator that no release of ONNX Runtime
 *   could run, or for versions of ONNX newer than the runtime's
 */
export function checkOperators(model: OnnxModel, rules: OperatorRules): void {
  if (model.irVersion > newestSupported.irVersion) {
    throw unsupported(
      `its IR version is ${model.irVersion}; the newest that runs is ` +
        `${newestSupported.irVersion}; export it for an older version of ONNX`,
    )
  }
  if (model.opsets.length === 0) {
    throw unsupported('it has no opset import, so its operators have no defined meaning')
  }
  const own = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`))
  for (const body of [model, ...model.functions]) {
    checkVersions(body.opsets)
    const opsets = new Map(body.opsets.map(({ domain, version }) => [domain, version]))
    const scope = { opsets, own, rules }
    for (const use of body.operators) checkDomain(use, scope)
    for (const use of body.operators) checkOperator(use, scope)
  }
}

function checkVersions(opsets: readonly OpsetImport[]): void {
  for (const { domain, version } of opsets) {
    if (domain !== 'ai.onnx' && domain !== 'ai.onnx.ml') continue
    if (version < 1 || version > newestSupported[domain]) {
      throw unsupported(
        `it is written for opset ${version} of ${domain}; the newest that runs is ` +
          `${newestSupported[domain]}; export it with that or an older one`,
      )
    }
  }
}

function checkDomain(use: OperatorUse, scope: Scope): void {
  const { domain, opType } = use
  if (operatorCatalogue.has(domain) || scope.own.has(`${domain}:${opType}`)) return
  if (domain !== CONTRIB) {
    throw unsupported(
      `${named(use)} belongs to the domain "${domain}"; custom operators cannot run on devices. ` +
        'Replace it by standard operators or bring it along as a model-local function',
    )
  }
  if (!scope.rules.allowContribOps) {
    throw unsupported(`${named(use)} is one of ONNX Runtime's own, which are not allowed here`)
  }
}

function checkOperator(use: OperatorUse, scope: Scope): void {
  const { domain, opType } = use
  const catalogue = operatorCatalogue.get(domain)
  if (catalogue === undefined || scope.own.has(`${domain}:${opType}`)) return
  const version = scope.opsets.get(domain)
  if (version === undefined) {
    throw unsupported(`${named(use)} is used, but the opset of its domain is not imported`)
  }
  const lifespan = catalogue.get(opType)
  if (lifespan === undefined) throw unsupported(`${named(use)} is not an operator of ${domain}`)
  if (version < lifespan.since) {
    throw unsupported(
      `${named(use)} came with opset ${lifespan.since} of ${domain}; the model imports ${version}`,
    )
  }
  if (lifespan.until !== undefined && version >= lifespan.until) {
    throw unsupported(
      `${named(use)} was removed in opset ${lifespan.until} of ${domain}; the model imports ` +
        String(version),
    )
  }
}

const named = ({ opType, firstNode }: OperatorUse): string =>
  firstNode === '' ? `the operator ${opType}` : `the operator ${opType} (node "${firstNode}")`

const unsupported = (reason: string): ModelError =>
  new ModelError('model-unsupported', `the model cannot run: ${reason}`)
