import { defineConfig } from 'vite'

// Takes @kedge/web-runtime as any application does: as it is built in `dist`.
export default defineConfig({
  root: import.meta.dirname,
  base: '/demo/gesture/',
  build: {
    outDir: '../demo-dist',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // The runtime with its MQTT client is one piece; splitting it would only add round trips.
    chunkSizeWarningLimit: 700,
  },
})
