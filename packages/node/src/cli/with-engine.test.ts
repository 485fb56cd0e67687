import { AbortedError } from '@graft/core/errors';
import { expect, test, vi } from 'vitest';
import { readArguments } from './arguments.ts';
import { GENERAL } from './option.ts';
import { GENERATE_OPTIONS } from './generate/options.ts';
import type { Terminal } from './terminal.ts';
import { withEngine } from './with-engine.ts';

const OPTIONS = [...GENERATE_OPTIONS.flatMap(({ options }) => options), ...GENERAL.options];
const given = (...argv: string[]): ReturnType<typeof readArguments> => readArguments(argv, OPTIONS);

function terminal(): { readonly terminal: Terminal; readonly events: unknown[] } {
  const events: unknown[] = [];
  const nothing = (): void => undefined;
  return {
    events,
    terminal: {
      out: nothing,
      err: nothing,
      event: (event) => events.push(event),
      json: true,
      quiet: true,
      outIsTerminal: false,
      columns: undefined,
    },
  };
}

test('gives the work an engine, which is gone afterwards', async () => {
  const before = process.listenerCount('SIGINT');
  let engine: Promise<{ readonly name: string }> | undefined;
  const code = await withEngine(given(), terminal().terminal, async (tools) => {
    engine = tools.engine;
    expect((await tools.engine).name).toContain('cpu');
  });
  expect(code).toBe(0);
  expect(process.listenerCount('SIGINT')).toBe(before);
  const { traits } = (await engine!) as unknown as { readonly traits: object };
  expect(traits).toBeDefined();
});

test('passes on what the work throws, but for the end that was asked for', async () => {
  const work = async (): Promise<never> => Promise.reject(new TypeError('own'));
  await expect(withEngine(given(), terminal().terminal, work)).rejects.toThrow('own');
  const { terminal: stopped, events } = terminal();
  const code = await withEngine(given(), stopped, async () => {
    process.emit('SIGINT');
    return Promise.reject(new AbortedError('stopped'));
  });
  expect(code).toBe(130);
  expect(events).toEqual([{ event: 'stopped', exitCode: 130 }]);
});

test('an end before the engine is ready is no failure of its own', async () => {
  // What waits for the engine has to be loaded first, as in a command that has just been started.
  vi.resetModules();
  vi.doMock('../runtime/engine.ts', async (load) => {
    await new Promise((resolve) => setImmediate(resolve));
    return load();
  });
  const fresh = await import('./with-engine.ts');
  const unhandled: unknown[] = [];
  const note = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const code = await fresh.withEngine(given(), terminal().terminal, async () => {
      process.emit('SIGINT');
      await new Promise((resolve) => setImmediate(resolve));
      throw new AbortedError('stopped');
    });
    expect(code).toBe(130);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
    vi.doUnmock('../runtime/engine.ts');
  }
});

test.each([
  ['--device', 'abacus'],
  ['--threads', '0'],
  ['--threads', '1.5'],
  ['--threads', '100000'],
])('%s %s is refused before an engine starts', async (option, value) => {
  const work = async (): Promise<void> => Promise.reject(new Error('it was started'));
  await expect(withEngine(given(option, value), terminal().terminal, work)).rejects.toMatchObject({
    name: 'RequestError',
    field: option,
  });
});
