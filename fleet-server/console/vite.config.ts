import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'
import { themeStylesheet } from './build/theme-stylesheet.js'

const server = process.env['KEDGE_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), themeStylesheet()],
  // The sources of `shared`, so that the console builds before anything else is built.
  resolve: { conditions: ['kedge-source', ...defaultClientConditions] },
  server: {
    host: '127.0.0.1',
    port: 5183,
    proxy: { '/api': server, '/demo': server },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
})
