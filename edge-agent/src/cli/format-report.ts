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
    ...formatTrust(report),
  ]
  const models =
    report.models.length === 0
      ? 'no models yet; what a rollout selects this device for arrives by itself'
      : formatTable([
          ['MODEL', 'VERSION', 'SINCE', 'DEPLOYMENT'],
          ...report.models.map((model) => [
            model.model,
            model.version ?? '-',
            model.since === undefined ? '-' : toTime(model.since),
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

const timeSources = {
  system: 'by its own clock',
  fleet: 'as the fleet has answered',
  signed: 'as was signed last; its own clock is behind',
} as const

function formatTrust({ rootVersion, trustedTime, stale, staleSince }: AgentReport): string[][] {
  if (rootVersion === undefined || trustedTime === undefined) return []
  const { now, source } = trustedTime
  const since = staleSince === undefined ? '' : ` since ${toTime(staleSince)}`
  return [
    ['root', `version ${rootVersion}`],
    ['time', `${toTime(now)}, ${timeSources[source]}`],
    ['trust', stale ? `stale${since}: it infers on and changes nothing` : 'fresh'],
  ]
}

const toTime = (time: number): string => new Date(time).toISOString()

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
