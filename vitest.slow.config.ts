import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Suites that take too long for every save: whole programs, started as a user starts them. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['{packages/*/src,examples/src,scripts}/**/*.slow.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 300_000,
  },
});
