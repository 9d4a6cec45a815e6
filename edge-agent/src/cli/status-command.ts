import { Command } from 'commander'
import type { AgentContext } from './agent-context.js'
import { reportAgent } from './agent-report.js'
import { formatReport } from './format-report.js'

interface StatusFlags {
  readonly data: string
  readonly json?: boolean
}

export const statusCommand = ({ print }: AgentContext): Command =>
  new Command('status')
    .description('what this device runs, whether or not its agent is running')
    .requiredOption('--data <folder>', 'an enrolled data folder')
    .option('--json', 'print JSON')
    .action(async ({ data, json }: StatusFlags) => {
      const report = await reportAgent(data)
      print(json ? JSON.stringify(report) : formatReport(report))
    })
