import {
  convertCssVariables,
  deepMerge,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core'
import type { Plugin } from 'vite'
import { cssVariables, theme } from '../src/theme/theme.js'

const name = 'virtual:theme-variables.css'

/**
 * Writes Mantine's variables into the stylesheet when the console is built. Left alone, Mantine puts
 * them into a style element at run time, which the content security policy does not allow.
 */
export const themeStylesheet = (): Plugin => ({
  name: 'kedge-theme-stylesheet',
  resolveId: (id) => (id === name ? name : undefined),
  load: (id) => (id === name ? stylesheet() : undefined),
})

function stylesheet(): string {
  const whole = mergeMantineTheme(DEFAULT_THEME, theme)
  const variables = deepMerge(defaultCssVariablesResolver(whole), cssVariables(whole))
  const schemes = {
    variables: {},
    dark: { '--mantine-color-scheme': 'dark' },
    light: { '--mantine-color-scheme': 'light' },
  }
  return convertCssVariables(variables, ':root') + convertCssVariables(schemes, ':root')
}
