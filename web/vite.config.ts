import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The service worker has one address for ever, at the root of what it serves; everything else has its hash. */
const withWorker = {
  input: [at('./src/app-hub/index.html'), at('./src/app-hub/trust.html'), at('./src/app-hub/worker/sw.ts')],
  output: {
    entryFileNames: ({ name }: { name: string }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
  },
};

/** `--mode hub` and `--mode network` build one app each; they share no chunk, so neither machine serves the other. */
export default defineConfig(({ mode }) => {
  const app = mode === 'network' ? 'network' : 'hub';
  return {
    root: at(`./src/app-${app}`),
    base: './',
    publicDir: at('./public'),
    plugins: [svelte({ configFile: at('./svelte.config.js') })],
    resolve: {
      alias: { '@': at('./src') },
      ...(mode === 'test' ? { conditions: ['browser'] } : {}),
    },
    build: {
      outDir: at(`../src/latchstring/web/static/${app}`),
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0, // `default-src 'self'` refuses data: addresses
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1600, // the map library, loaded late
      rolldownOptions: {
        checks: { bundlerTimings: false },
        ...(app === 'hub' ? withWorker : {}),
      },
    },
    server: {
      port: app === 'hub' ? 8790 : 8690,
      proxy: {
        '/api': { target: `http://127.0.0.1:${app === 'hub' ? 8700 : 8600}`, ws: true },
        ...(app === 'network' ? { '/ledger': 'http://127.0.0.1:8600' } : {}),
      },
    },
    test: {
      root: at('.'),
      include: ['src/**/*.test.ts'],
      environment: 'happy-dom',
      environmentOptions: { happyDOM: { settings: { disableJavaScriptFileLoading: true } } },
    },
  };
});
