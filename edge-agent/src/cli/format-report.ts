import { formatBytes } from '@kedge/shared/util/units'
import type { AgentReport, ModelReport } from './agent-report.js'
import { formatTable } from './format-table.js'

/** A report for people. */
export function formatReport(report: AgentReport): string {
  const facts = [
    ['device', report.device],
    ['fleet', report.fleet],
    ['agent', formatAgent(report)],
    ['broker', report.broker + formatLink(report.online)],
  ]
  const models =
    report.models.length === 0
      ? 'no models yet; what a rollout selects this device for arrives by itself'
      : formatTable([
          ['MODEL', 'VERSION', 'SINCE', 'DEPLOYMENT'],
          ...report.models.map((model) => [
            model.model,
            model.version ?? '-',
            model.since === undefined ? '-' : new Date(model.since).toISOString(),
            formatDeployment(model),
          ]),
        ])
  const problems = report.problems.map(({ code, message }) => `problem   ${code}: ${message}`)
  return [formatTable(facts), '', models, ...problems].join('\n')
}

function formatAgent({ agent, url, pid }: AgentReport): string {
  if (agent === 'stopped') return 'not running'
  const where = url === undefined ? 'without a local interface' : `at ${url}`
  return `running ${where}${pid === undefined ? '' : `, process ${pid}`}`
}

function formatLink(online: boolean | undefined): string {
  if (online === undefined) return ''
  return online ? ', connected' : ', not connected'
}

function formatDeployment({ version, deployment }: ModelReport): string {
  if (deployment === undefined) return '-'
  const { state, reason, progress } = deployment
  const done = progress && `${formatBytes(progress.done)} of ${formatBytes(progress.total)}`
  const why = reason && `${reason.code}: ${reason.message}`
  const which = deployment.version === version ? '' : `${deployment.version} `
  return [which + state, done, why].filter((part) => part !== undefined).join(', ')
}
