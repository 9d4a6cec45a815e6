import './theme/mantine.css'
import 'virtual:theme-variables.css'
import './theme/tokens.css'
import './theme/base.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/problem.js'
import { onRefusal } from './api/client.js'
import { forgetWhenOthersCome } from './api/forget.js'
import { enter, lapse } from './api/sign-in.js'
import { router } from './router.js'
import { theme } from './theme/theme.js'

onRefusal(() => void lapse())
void enter()
// A link can be opened in a tab that shows the console already; then only the # changes.
addEventListener('hashchange', () => void enter())

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something is stale; asking again by the clock is for when they are lost.
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.retryable,
    },
  },
})

forgetWhenOthersCome(queries)

const root = document.getElementById('console')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        withCssVariables={false}
        withGlobalClasses={false}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
