import { provideRuntime } from './packages/core/src/testing/vitest/runtime.ts';

// Opened when the first test needs it: most need none.
provideRuntime(async () => (await import('./packages/node/src/runtime/engine.ts')).openEngine());
