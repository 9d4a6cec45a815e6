import { pino, type Logger } from 'pino'
import type { ServerConfig } from '../config/config.js'

export type Log = Logger

/** JSON lines on standard error: standard output is for what the caller asked for. */
export const createLog = (level: ServerConfig['logLevel']): Log =>
  pino({ level, base: { name: 'kedge-server' } }, pino.destination({ dest: 2, sync: false }))
