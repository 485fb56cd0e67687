import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { readImageText } from '@graft/core/formats';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { imageCodec } from '../images.ts';
import { MAIN, type GraftEvent } from '../testing/vitest/graft.ts';

// The command as people run it: the built one, in a process of its own, on the bundled model.

let root = '';
let folder = '';
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-command-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, `${runs++}-`));
});
afterAll(async () => rm(root, { recursive: true }));

interface Run {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Resolves to the first event of a kind. */
  event(kind: string): Promise<GraftEvent>;
  /** Waits for the end. */
  end(): Promise<{
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
    readonly events: readonly GraftEvent[];
  }>;
}

/** Starts `graft` in the folder of the test. */
function graft(...argv: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GRAFT_MODELS: '' },
  });
  const lines: string[] = [];
  const events: GraftEvent[] = [];
  const waiting: { readonly kind: string; resolve(event: GraftEvent): void }[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    if (!line.startsWith('{')) return;
    const event = JSON.parse(line) as GraftEvent;
    events.push(event);
    for (const { kind, resolve } of waiting) if (kind === event.event) resolve(event);
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const closed = once(child, 'close');
  return {
    process: child,
    event: (kind) => new Promise((resolve) => waiting.push({ kind, resolve })),
    async end() {
      const [code] = (await closed) as [number | null];
      return { code, out: lines.join('\n'), err, events };
    },
  };
}

const SMALL = ['--size', '64x64', '--seed', '6687881544318117707'];

/** The process of the engine that a command has started. */
function engineOf({ process: { pid } }: Run): number {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  return rows.find(([, parent]) => parent === pid)![0]!;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// A busy machine takes its time to start processes.
describe('graft generate', { timeout: 60_000 }, () => {
  test('draws a picture, tells programs about it, and draws it again from what is written in it', async () => {
    const { code, err, events } = await graft('generate', 'a cat', ...SMALL, '--steps', '2', '--json').end();
    expect([code, err]).toEqual([0, '']);
    expect(events.map(({ event }) => event)).toEqual(['loading', 'ready', 'progress', 'progress', 'picture', 'done']);
    const file = join(folder, 'out.png');
    expect(events[4]).toMatchObject({ path: expect.stringMatching(/out\.png$/) as unknown, width: 64, height: 64 });
    const bytes = await readFile(file);
    const { infotext } = readImageText(bytes);
    expect(infotext).toMatch(
      /^a cat\nSteps: 2, Sampler: Euler a,.* Seed: 6687881544318117707, Size: 64x64, Model hash: [0-9a-f]{10}, Model: /,
    );

    const again = await graft('generate', '--from', 'out.png').end();
    expect([again.code, again.out]).toEqual([0, 'out-2.png']);
    const second = await readFile(join(folder, 'out-2.png'));
    expect(readImageText(second).infotext).toBe(infotext);
    expect(await imageCodec().decode(second)).toEqual(await imageCodec().decode(bytes));
    expect((await readdir(folder)).toSorted()).toEqual(['out-2.png', 'out.png']);
  });

  test('stopped with Ctrl-C, keeps what is there and leaves nothing else', async () => {
    const run = graft('generate', 'a cat', ...SMALL, '--steps', '900', '--batch', '2', '--count', '9', '--json');
    await run.event('progress');
    const engine = engineOf(run);
    run.process.kill('SIGINT');
    const { code, events } = await run.end();
    expect(code).toBe(130);
    expect(events.filter(({ event }) => event === 'picture')).toMatchObject([{ partial: true }, { partial: true }]);
    expect((await readdir(folder)).toSorted()).toEqual(['out-2.png', 'out.png']);
    expect(isAlive(engine)).toBe(false);
  });

  test('stopped while it loads, ends at once', async () => {
    const run = graft('generate', 'a cat', ...SMALL, '--json');
    await run.event('loading');
    run.process.kill('SIGINT');
    expect((await run.end()).code).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });

  test('survives the death of its engine to say so', async () => {
    const run = graft('generate', 'a cat', ...SMALL, '--steps', '900', '--json');
    await run.event('progress');
    process.kill(engineOf(run), 'SIGKILL');
    const { code, err, events } = await run.end();
    expect(code).toBe(5);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'memory', exitCode: 5 });
    expect(err).toMatch(/^graft: /);
    expect(await readdir(folder)).toEqual([]);
  });

  test('goes on when nobody reads what it says', async () => {
    const run = graft('generate', 'a cat', ...SMALL, '--steps', '2', '--json');
    await run.event('loading');
    run.process.stdout.destroy();
    run.process.stderr.destroy();
    const [code] = (await once(run.process, 'exit')) as [number];
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual(['out.png']);
  });
});

test('each kind of error has its exit code and a sentence, never a stack trace', { timeout: 60_000 }, async () => {
  await writeFile(join(folder, 'broken.safetensors'), '{"no": "model"}');
  const cases: readonly (readonly [code: number, ...argv: string[]])[] = [
    [2, 'generate', 'a cat', '--size', '99999x64'],
    [2, 'generate', 'a cat', '--hires-size', '99992x64'],
    [2, 'generate', 'a cat', '--size', '500x500'],
    [2, 'models', '--quiet', 'extra'],
    [2, 'help', 'models', 'generate'],
    [3, 'inspect', 'broken.safetensors'],
    [3, 'generate', 'a cat', '--model', './broken.safetensors'],
    [4, 'generate', 'a cat', '-o', 'none/out.png'],
  ];
  for (const [code, ...argv] of cases) {
    const run = await graft(...argv).end();
    expect([argv, run.code]).toEqual([argv, code]);
    expect(run.err).toMatch(/^graft: [^\n]+\n(?: {2}[^\n]+\n)?$/);
    // Fields are called as the user wrote them.
    if (code === 2) expect(run.err).toContain(argv[2]);
    expect(run.out).toBe('');
  }
  expect(await readdir(folder)).toEqual(['broken.safetensors']);
});

test.runIf(process.platform === 'linux')('says when results are lost', { timeout: 60_000 }, async () => {
  const full = openSync('/dev/full', 'w');
  try {
    for (const argv of [['models', '--json'], ['--help']]) {
      const { status, stderr } = spawnSync(process.execPath, [MAIN, ...argv], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
        env: { ...process.env, GRAFT_MODELS: '' },
      });
      expect([status, stderr]).toEqual([4, expect.stringContaining('the disk is full')]);
    }
  } finally {
    closeSync(full);
  }
});

test('lists models for programs and inspects one for people', { timeout: 60_000 }, async () => {
  const list = await graft('models', '--json').end();
  const model = list.events.find(({ kind }) => kind === 'checkpoint')!;
  expect([list.code, model['event']]).toEqual([0, 'model']);
  const path = String(model['path']);
  expect((await graft('inspect', path).end()).out).toMatch(/^ +base +SD1$/m);
  // A broken file among others is told as such.
  await writeFile(join(folder, 'broken.safetensors'), '{"no": "model"}');
  const both = await graft('inspect', 'broken.safetensors', path, '--json').end();
  expect(both.code).toBe(3);
  expect(both.events).toMatchObject([
    { event: 'error', path: 'broken.safetensors', code: 'format' },
    { event: 'model', path },
  ]);
});
