import type { Runtime } from '../../runtime/index.ts';

let opener: (() => Promise<Runtime>) | undefined;
let running: Promise<Runtime> | undefined;

/** Says what runs graphs in tests: core knows only the port, so the edge that runs the tests plugs in its engine. */
export function provideRuntime(open: () => Promise<Runtime>): void {
  opener = open;
}

/** The engine that all tests of a worker share, started when the first of them needs it. */
export function testRuntime(): Promise<Runtime> {
  if (!opener) throw new Error('no engine was provided for tests: see vitest.setup.ts');
  running ??= opener();
  return running;
}
