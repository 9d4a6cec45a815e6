import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { readTrail } from '../../api/account-queries.js'
import { CopyLine } from '../../parts/copy-line.js'
import { formatCount } from '../../parts/format.js'
import { ErrorNote } from '../../parts/notices.js'
import classes from './audit-room.module.css'
import { FindingMark } from './chain-mark.js'
import { checkTrail } from './check-chain.js'

/** Reads and checks every row there is, in this browser, and names the first that is bad. */
export function WholeTrail() {
  const [rows, setRows] = useState(0)
  const check = useMutation({
    mutationFn: () => checkTrail(readTrail(), setRows),
    onMutate: () => setRows(0),
  })
  return (
    <div className={classes.verify}>
      <p className="soft">
        Each row carries the digest of the one before, a fingerprint of its content: whoever changes
        or deletes a row breaks the chain behind it. Equal digests are of equal documents.
      </p>
      <div className={classes.check}>
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Verify the whole trail
        </Button>
        <span role="status">
          {check.isPending && <span className="quiet">{formatCount(rows)} rows so far</span>}
          {check.data !== undefined && !check.isPending && (
            <FindingMark finding={check.data}>
              {`All ${formatCount(rows)} rows verified, from the first on`}
            </FindingMark>
          )}
        </span>
      </div>
      {check.error !== null && <ErrorNote error={check.error} />}
      <p className="soft">
        That nothing was cut off the end, only a checkpoint shows that was kept elsewhere. The
        command line compares it:
      </p>
      <CopyLine text="kedge audit verify" />
    </div>
  )
}
