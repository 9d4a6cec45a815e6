import { X509Certificate } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { toConfig } from '../../../../fleet-server/src/config/config.js'
import { OwnCertificates } from '../../../../fleet-server/src/tls/own-certificates.js'
import { serverNames } from '../../../../fleet-server/src/tls/server-names.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

const day = 86_400_000

/** The same folder on different days, under different names. */
const certificates = (folder: string, names: readonly string[], days = 0) =>
  new OwnCertificates({
    folder,
    names: () => names,
    clock: { ...systemClock, now: () => Ms(Date.now() + days * day) },
  })

describe('the server’s own certificates', () => {
  it('stay as they are while they are good', async () => {
    await using folder = await temporaryFolder()
    const first = await certificates(folder.path, ['localhost']).read()
    expect(await certificates(folder.path, ['localhost'], 50).read()).toEqual(first)
  })

  it('are renewed before they end, under the same authority', async () => {
    await using folder = await temporaryFolder()
    const first = await certificates(folder.path, ['localhost']).read()
    const later = await certificates(folder.path, ['localhost'], 70).read()
    expect(later.authority).toBe(first.authority)
    expect(later.certificate).not.toBe(first.certificate)
    const to = Date.parse(new X509Certificate(later.certificate).validTo)
    expect(to).toBeGreaterThan(Date.now() + 150 * day)
  })

  it('are renewed when the server has another name', async () => {
    await using folder = await temporaryFolder()
    await certificates(folder.path, ['localhost']).read()
    const { certificate } = await certificates(folder.path, ['localhost', '192.0.2.7']).read()
    expect(new X509Certificate(certificate).checkIP('192.0.2.7')).toBe('192.0.2.7')
  })

  it('are made anew when the file is damaged, but never the authority', async () => {
    await using folder = await temporaryFolder()
    await certificates(folder.path, ['localhost']).read()
    await writeFile(path.join(folder.path, 'server.pem'), 'half of')
    await certificates(folder.path, ['localhost']).read()
    await rm(path.join(folder.path, 'ca-key.pem'))
    await expect(certificates(folder.path, ['localhost']).read()).rejects.toThrow(/from a backup/)
  })
})

describe('transport', () => {
  it.each([
    [{}, 'off', 1883],
    [{ host: '::1' }, 'off', 1883],
    [{ host: '0.0.0.0' }, 'own', 8883],
    [{ host: '192.0.2.7', mqttPort: '1234' }, 'own', 1234],
    [{ host: '0.0.0.0', insecure: true }, 'off', 1883],
    [{ tls: '1' }, 'own', 8883],
    [{ tlsCert: 'a', tlsKey: 'b' }, 'files', 8883],
  ])('is, with %j, %s', (environment, kind, port) => {
    const { tls, broker } = toConfig(environment)
    expect([tls.kind, broker]).toEqual([kind, { kind: 'embedded', port }])
  })

  it.each([{ tlsCert: 'a' }, { tlsCa: 'a' }, { tls: true, insecure: true }])(
    'cannot be %j',
    (environment) => {
      expect(() => toConfig(environment)).toThrow(/--tls/)
    },
  )

  it('is certified for every name the server is reached by', () => {
    const names = serverNames({ host: '192.0.2.7', publicUrl: 'https://fleet.example:8443' })
    for (const name of ['localhost', '127.0.0.1', '192.0.2.7', 'fleet.example']) {
      expect(names).toContain(name)
    }
  })
})
