import type { webcrypto } from 'node:crypto'

// `shared` names this type of the web platform; Node has it only inside a module.
declare global {
  type CryptoKey = webcrypto.CryptoKey
}
