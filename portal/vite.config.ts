import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { ports } from '../local/ports.ts';

/** What the API serves. In production the Worker serves the pages too; in development they share an origin through Vite. */
const ofApi = [
  '/auth',
  '/audit',
  '/team',
  '/org',
  '/logos',
  '/leads',
  '/proposals',
  '/payments',
  '/reports',
  '/mail',
  '/quickbooks',
];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/portal',
    emptyOutDir: true,
    rolldownOptions: {
      input: { portal: `${import.meta.dirname}/index.html`, docs: `${import.meta.dirname}/docs.html` },
    },
    modulePreload: { polyfill: false }, // every browser with modules has it by now; it would be a request of its own
    assetsInlineLimit: 0, // a data: URL would need a wider Content-Security-Policy
    chunkSizeWarningLimit: 2_000, // the API's reference; test/local/portal-build.test.ts has the budgets
  },
  server: {
    host: '127.0.0.1',
    port: ports.portal,
    strictPort: true,
    proxy: Object.fromEntries(ofApi.map((path) => [path, `http://localhost:${ports.api}`])),
  },
});
