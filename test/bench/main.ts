import { readdir } from 'node:fs/promises'
import { cpus } from 'node:os'
import { passes, type Bench, type Row } from './harness/bench.js'
import { formatTable } from './harness/table.js'

/** Every `*.bench.ts` beside this file: adding a goal is adding a file. */
async function findBenches(): Promise<Bench[]> {
  const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.bench.ts'))
  const modules = await Promise.all(
    files.map((file) => import(`./${file}`) as Promise<{ bench: Bench }>),
  )
  const byGoal = new Intl.Collator('en', { numeric: true })
  return modules.map(({ bench }) => bench).sort((a, b) => byGoal.compare(a.goal, b.goal))
}

const wanted = process.argv.slice(2).map((goal) => goal.toUpperCase())
const benches = (await findBenches()).filter(
  ({ goal }) => wanted.length === 0 || wanted.includes(goal.toUpperCase()),
)
if (benches.length === 0) {
  console.error(`no such bench: ${wanted.join(', ')}`)
  process.exit(2)
}

console.log(`Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}`)
console.log('Servers, clients and baselines share these cores; ratios hold better than figures.\n')
const rows: (Row & { goal: string })[] = []
for (const bench of benches) {
  const { goal } = bench
  for await (const row of bench.run((line) => console.log(`  ${goal} ${line}`))) {
    rows.push({ goal, ...row })
  }
}
console.log(`\n${formatTable(rows)}`)
process.exitCode = rows.every(passes) ? 0 : 1
