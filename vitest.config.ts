import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests import the sources of every package, not their builds.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'default'] } },
  test: {
    include: ['{packages/*/src,examples/src,scripts}/**/*.test.ts'],
    exclude: ['**/*.slow.test.ts', '**/node_modules/**'],
    pool: 'threads',
    isolate: false,
    globalSetup: ['vitest.global.ts'],
    setupFiles: ['vitest.setup.ts'],
    testTimeout: 20_000,
  },
});
