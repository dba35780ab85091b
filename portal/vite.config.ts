import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { ports } from '../local/ports.ts';

/** Where `npm run dev` serves the API. The Worker serves a production build, so there the API has the page's origin. */
const localApi = `http://localhost:${ports.api}`;

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  plugins: [react()],
  define: { 'import.meta.env.API_URL': JSON.stringify(command === 'serve' ? localApi : '') },
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
    // The simulated payment posts here what Stripe's servers would: browsers may not post to the webhook itself.
    proxy: {
      '/simulated-stripe': { target: localApi, rewrite: () => '/payments/webhook' },
      '/mail': localApi, // what mails link to, beside the portal
    },
  },
}));
