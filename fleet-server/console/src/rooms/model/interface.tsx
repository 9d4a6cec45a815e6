import { formatShape, type TensorSpec } from '@kedge/shared/model/tensor'
import { formatBytes } from '@kedge/shared/util/units'
import type { Release } from '../../api/documents.js'
import { Facts } from '../../parts/facts.js'
import { shortHash } from '../../parts/format.js'
import { Section } from '../../parts/page.js'

/** What the newest release takes and gives, and what it asks of a device. */
export function Interface({ release }: { release: Release }) {
  const { manifest } = release
  return (
    <Section title={`Interface of ${release.version}`}>
      <Facts
        items={[
          ['Inputs', <Tensors key="in" specs={manifest.inputs} />],
          ['Outputs', <Tensors key="out" specs={manifest.outputs} />],
          ['Prediction', predictionOf(release)],
          [
            'Variants',
            manifest.variants.map(({ name, precision }) => `${name} (${precision})`).join(', '),
          ],
          [
            'Files',
            manifest.files.map((file) => `${file.path} ${formatBytes(file.length)}`).join(', '),
          ],
          [
            'Release digest',
            <span key="sha" className="mono" title={release.sha256}>
              {shortHash(release.sha256)}
            </span>,
          ],
        ]}
      />
    </Section>
  )
}

const Tensors = ({ specs }: { specs: readonly TensorSpec[] }) => (
  <ul>
    {specs.map((spec) => (
      <li key={spec.name} className="mono">
        {spec.name} {spec.dtype} {formatShape(spec.shape)}
      </li>
    ))}
  </ul>
)

function predictionOf({ manifest: { prediction } }: Release): string {
  if (prediction === undefined) return 'not declared; accuracy cannot be counted'
  if (prediction.kind === 'value')
    return `one number${prediction.unit === undefined ? '' : ` in ${prediction.unit}`}`
  const { labels } = prediction
  if (labels === undefined) return 'a class'
  return labels.length > 12 ? `one of ${labels.length} classes` : `one of ${labels.join(', ')}`
}
