import type { ErrorComponentProps } from '@tanstack/react-router'
import { EmptyPage, ErrorNote } from '../parts/notices.js'
import { Page } from '../parts/page.js'

export const NoSuchPage = () => (
  <Page title="Not found" up={{ to: '/', label: 'Fleet' }}>
    <EmptyPage title="There is no such page">
      <p>The address may be mistyped, or what it showed has been removed.</p>
    </EmptyPage>
  </Page>
)

export const PageFailed = ({ error, reset }: ErrorComponentProps) => (
  <Page title="This page has failed" up={{ to: '/', label: 'Fleet' }}>
    <ErrorNote error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
  </Page>
)
