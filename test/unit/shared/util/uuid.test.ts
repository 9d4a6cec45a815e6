import { expect, it } from 'vitest'
import { z } from 'zod'
import { toUuid } from '@kedge/shared/util/uuid'

it.each([0x00, 0xff, 0x5a])('is of version 4 and of its variant, also from bytes of %i', (byte) => {
  const uuid = toUuid(new Uint8Array(16).fill(byte))
  expect(z.uuidv4().parse(uuid)).toBe(uuid)
})
