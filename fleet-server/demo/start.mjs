// npm start: installs what is missing, builds, and starts Kedge with its demo.
import { ensureBuilt, ensureInstalled, requireNode, root } from '../../shared/setup/steps.mjs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

requireNode()
ensureInstalled()
ensureBuilt()
await import(pathToFileURL(path.join(root, 'fleet-server/dist/demo/main.js')).href)
