import { CopyLine } from '../../parts/copy-line.js'
import { Mark } from '../../parts/mark.js'
import classes from './trust-room.module.css'

// The folder as the server names it in its advice; it is the server's, not this machine's.
const folderIn = (advice: string | null): string =>
  /mv (\S+) ELSEWHERE/.exec(advice ?? '')?.[1] ?? '.kedge/keys/offline'

/** Why development keys are a risk, and the three commands that end it. */
export function MoveKeys({ advice }: { advice: string | null }) {
  const folder = folderIn(advice)
  return (
    <section className={classes.warning} aria-label="Development keys">
      <h2>
        <Mark tone="warn" shape="alert">
          Development keys: root and targets keys can be read on this server
        </Mark>
      </h2>
      <p>
        Whoever breaks into this machine can sign any model, and every device will run it. That is
        fine for trying Kedge out, and not for a fleet.
      </p>
      <ol className={classes.steps}>
        <li>
          <p>Copy the keys from the server to a machine that is not reachable, and to a backup.</p>
          <CopyLine text={`scp -r SERVER:${folder} ./kedge-keys`} />
        </li>
        <li>
          <p>Then delete them on the server. Devices notice nothing: the keys stay the same.</p>
          <CopyLine text={`rm -r ${folder}`} />
        </li>
        <li>
          <p>
            From now on a model is granted to its publisher where the keys are; the grant is signed
            there and uploaded.
          </p>
          <CopyLine text="kedge key grant MODEL --to PUBLICKEY --key ./kedge-keys/targets.json" />
        </li>
      </ol>
      <p className="soft">
        Keys that were here once may have been copied. To begin with keys that never were, run{' '}
        <code>kedge key init --out DIR</code> elsewhere before the first start of a new server, or
        replace them with <code>kedge key rotate</code>.
      </p>
    </section>
  )
}
