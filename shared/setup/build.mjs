// npm run build
import { build, ensureInstalled, requireNode } from './steps.mjs'

requireNode()
ensureInstalled()
build()
