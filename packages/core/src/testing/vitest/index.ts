/** Contract suites for vitest: whoever implements a port, or adds an operation or a format, runs them. */
export { checkFormat, type FormatUnderTest } from './check-format.ts';
export { checkOp, type CheckedOp, type OpCase, type OpUnderTest } from './check-op.ts';
export { checkRuntime, type RuntimeUnderTest } from './check-runtime.ts';
export { expectClose, TOLERANCES } from './close.ts';
export { pick, sumOver, tabulate } from './nd.ts';
export { randomFloats, seeded } from './random.ts';
export { provideRuntime, testRuntime } from './runtime.ts';
