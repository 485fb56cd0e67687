import { resolve } from 'node:path';
import type { Progress } from '@graft/core/pipeline';
import { describe, expect, test } from 'vitest';
import { createReporter, drawBar } from './progress.ts';
import type { Terminal } from './terminal.ts';

interface Written {
  out: string;
  err: string;
  readonly events: Readonly<Record<string, unknown>>[];
}

function record(options: Partial<Terminal> = {}): { readonly terminal: Terminal; readonly written: Written } {
  const written: Written = { out: '', err: '', events: [] };
  const terminal: Terminal = {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    event: (event) => void written.events.push(event),
    json: false,
    quiet: false,
    outIsTerminal: false,
    columns: undefined,
    ...options,
  };
  return { terminal, written };
}

function step(calls: number, more: Partial<Progress> = {}): Progress {
  const preview = (): never => {
    throw new Error('nobody asked for it');
  };
  return { iteration: 0, iterations: 1, pass: 'first', calls, totalCalls: 20, width: 8, height: 8, preview, ...more };
}

const SAVED = {
  path: 'out.png',
  absolute: '/a/out.png',
  index: 0,
  seed: 6687881544318117707n,
  subseed: 1n,
  width: 8,
  height: 16,
  infotext: 'a cat',
  partial: false,
};

const CLEAR = '\r\u001b[K';

function shownLines(err: string): string[] {
  return err.replaceAll(CLEAR, '\n').split('\n');
}

/** A picture of 20 steps of 100 ms. */
function run(options: Partial<Terminal>): Written {
  const { terminal, written } = record(options);
  let now = 1000;
  const reporter = createReporter(terminal, () => now);
  reporter.loading('model');
  reporter.ready();
  for (let i = 1; i <= 20; i++) {
    now += 100;
    reporter.step(step(i));
  }
  reporter.note('be aware');
  reporter.saved(SAVED);
  reporter.done(1);
  return written;
}

describe('createReporter', () => {
  test('where nobody watches, writes a few plain lines, and the file alone as the result', () => {
    const { out, err } = run({});
    expect(out).toBe('out.png\n');
    for (const command of ['\r', '\u001b']) expect(err).not.toContain(command);
    const lines = err.split('\n').filter((line) => line.startsWith('step '));
    expect(lines).toHaveLength(10);
    expect(lines[4]).toBe('step 10 of 20, 0.10 s a step, 1.0 s left');
    expect(lines.at(-1)).toBe('step 20 of 20, 0.10 s a step');
    expect(err).toContain('be aware');
  });

  test('on a terminal, draws a bar that fits and is taken away at the end', () => {
    const { out, err } = run({ columns: 80, outIsTerminal: true });
    expect(out).toContain('out.png');
    expect(out).toContain('6687881544318117707');
    for (const line of shownLines(err)) expect(line.length).toBeLessThan(80);
    expect(err.endsWith(`step 20 of 20, 0.10 s a step${CLEAR}Note: be aware\n`)).toBe(true);
  });

  test('on a terminal that is too narrow for a bar, cuts the text', () => {
    const { err } = run({ columns: 20 });
    for (const line of shownLines(err)) expect(line.length).toBeLessThan(20);
  });

  test('for programs, writes events and nothing else', () => {
    const { out, err, events } = run({ json: true });
    expect([out, err]).toEqual(['', '']);
    expect(events.map(({ event }) => event)).toEqual([
      'loading',
      'ready',
      ...Array<string>(20).fill('progress'),
      'note',
      'picture',
      'done',
    ]);
    expect(events[11]).toMatchObject({ step: 10, steps: 20, secondsPerStep: 0.1, secondsLeft: 1 });
    expect(events.at(-2)).toMatchObject({ path: '/a/out.png', seed: 6687881544318117707n, partial: false });
  });

  test.each(['grid', 'preview', 'differences'] as const)('says the whole path of a file of the kind %s', (kind) => {
    const { terminal, written } = record({ json: true });
    createReporter(terminal, () => 0).file(kind, 'a.png');
    expect(written.events).toEqual([{ event: kind, path: resolve('a.png') }]);
  });

  test('is silent when asked to be', () => {
    expect(run({ quiet: true })).toMatchObject({ out: '', err: '' });
  });

  test('counts later batches into the time that is left, and more calls than were planned', () => {
    const { terminal, written } = record({ json: true });
    let now = 0;
    const reporter = createReporter(terminal, () => now);
    reporter.ready();
    now = 100;
    reporter.step(step(1, { iterations: 3 }));
    expect(written.events.at(-1)).toMatchObject({ secondsLeft: 5.9 });
    reporter.step(step(21, { iterations: 1 }));
    expect(written.events.at(-1)).toMatchObject({ step: 21, steps: 21, secondsLeft: 0 });
  });
});

test.each([
  [0, '▕    ▏'],
  [0.5, '▕██  ▏'],
  [0.53, '▕██▏ ▏'],
  [1, '▕████▏'],
  [7, '▕████▏'],
])('a bar at %d', (share, bar) => {
  expect(drawBar(share, 4)).toBe(bar);
});
