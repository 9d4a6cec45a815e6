import path from 'node:path'
import { build, defaultClientConditions } from 'vite'

const root = path.resolve(import.meta.dirname, '../pages')

/** Where the built test pages lie. */
export const pagesDir = path.join(root, 'dist')

/** Builds the pages that put one room of the web runtime into a browser. */
export async function buildPages(): Promise<void> {
  await build({
    root,
    // Relative, so that the page can be served under any path of any server.
    base: './',
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['kedge-source', ...defaultClientConditions] },
    build: {
      outDir: pagesDir,
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      rolldownOptions: { input: [path.join(root, 'index.html')] },
    },
  })
}
