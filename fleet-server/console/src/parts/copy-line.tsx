import { useState } from 'react'
import classes from './copy-line.module.css'

/** One line to type elsewhere, and a button that copies it. */
export function CopyLine({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <div className={classes.line}>
      <code tabIndex={0} role="group" aria-label="Command">
        {text}
      </code>
      <button type="button" onClick={() => void copy()} aria-label={`${label}: ${text}`}>
        {copied ? 'Copied' : label}
      </button>
      <span className="unseen" aria-live="polite">
        {copied ? 'Copied' : ''}
      </span>
    </div>
  )
}

// The clipboard interface is only there on https and localhost; a console in a plant may be on neither.
async function copyText(text: string): Promise<void> {
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard !== undefined) return clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
