import { describe, expect, it } from 'vitest'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { releaseCodec } from '@kedge/shared/model/release'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { sampleRelease } from '../../../support/sample-release.js'

const good = sampleRelease()
const [variant] = good.variants
const [file, golden] = good.files

const encode = (release: unknown) => encodeUtf8(JSON.stringify(release))

describe('release', () => {
  it('comes back as it was signed', () => {
    expect(releaseCodec.decode(releaseCodec.encode(good))).toEqual(good)
  })

  it('needs neither prediction nor golden samples nor notes', () => {
    const { prediction: _p, golden: _g, metrics: _m, ...bare } = good
    expect(releaseCodec.decode(encode(bare))).toEqual(bare)
  })

  it('leaves what later versions will add aside', () => {
    expect(releaseCodec.decode(encode({ ...good, shine: true }))).toEqual(good)
  })

  const bad: [says: RegExp, change: Record<string, unknown>][] = [
    [/schema/, { schema: 'kedge.release/2' }],
    [/model/, { model: '../gesture' }],
    [/version/, { version: '1.0' }],
    [/createdAt/, { createdAt: 'today' }],
    [/createdAt/, { createdAt: -1 }],
    [/inputs/, { inputs: [] }],
    [/inputs\[0\]\.dtype/, { inputs: [{ ...good.inputs[0], dtype: 'float' }] }],
    [/outputs\[0\]\.shape\[0\]/, { outputs: [{ ...good.outputs[0], shape: [1.5] }] }],
    [/variants/, { variants: [] }],
    [/variants\[0\]\.file/, { variants: [{ ...variant, file: 'other.onnx' }] }],
    [/variants\[0\]\.file/, { variants: [{ ...variant, file: 'golden.cbor' }] }],
    [/files/, { files: [] }],
    [/files\[0\]\.path/, { files: [{ ...file, path: '../../etc/passwd' }, golden] }],
    [/files\[0\]\.path/, { files: [{ ...file, path: '.hidden' }, golden] }],
    [/files\[0\]\.sha256/, { files: [{ ...file, sha256: 'ab' }, golden] }],
    [/files\[0\]\.length/, { files: [{ ...file, length: -1 }, golden] }],
    [/files\[2\]\.path/, { files: [file, golden, file] }],
    [/golden\.file/, { golden: { ...good.golden, file: 'missing.cbor' } }],
    [
      /golden\.tolerance\.absolute/,
      { golden: { file: 'golden.cbor', tolerance: { absolute: -1 } } },
    ],
    [/profile/, { profile: 'missing.cbor' }],
    [/prediction\.output/, { prediction: { kind: 'value', output: 'z' } }],
    [/prediction/, { prediction: { kind: 'rank', output: 'y' } }],
    [/metrics\.accuracy/, { metrics: { accuracy: '97 %' } }],
  ]
  it.each(bad)('is refused with a message about %s', (says, change) => {
    const decode = () => releaseCodec.decode(encode({ ...good, ...change }))
    expect(decode).toThrow(DocumentError)
    expect(decode).toThrow(says)
  })
})
