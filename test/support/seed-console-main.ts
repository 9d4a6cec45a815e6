// Fills a running server for looking at its console:
//   tsx --conditions=kedge-source test/support/seed-console-main.ts URL TOKEN [DATABASE FILE]
// A server takes no telemetry from before a device joined; with the file of its database, the devices
// have joined yesterday and the charts have a past.
import { once } from 'node:events'
import Database from 'libsql'
import { seedConsole } from './seed-console.js'

const [, , url = 'http://127.0.0.1:8080', adminToken = '', database] = process.argv

function joinYesterday(): Promise<void> {
  if (database !== undefined) {
    const db = new Database(database)
    db.exec('update device set "enrolledAt" = "enrolledAt" - 86400000')
    db.close()
  }
  return Promise.resolve()
}

await using fleet = await seedConsole({ url, adminToken }, joinYesterday)
console.log(`${fleet.devices.size} devices are there; Ctrl-C takes them away`)
const alive = setInterval(() => undefined, 60_000)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
clearInterval(alive)
