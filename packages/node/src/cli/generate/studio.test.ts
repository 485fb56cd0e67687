import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WeightRef } from '@graft/core/graph';
import type { GenerateRequest } from '@graft/core/pipeline';
import type { Runtime } from '@graft/core/runtime';
import { afterAll, describe, expect, test } from 'vitest';
import { readArguments } from '../arguments.ts';
import { GENERAL } from '../option.ts';
import { GENERATE_OPTIONS } from './options.ts';
import { withStudio, type DrawInput, type Studio } from './studio.ts';

const OPTIONS = [...GENERATE_OPTIONS.flatMap(({ options }) => options), ...GENERAL.options];
const folder = mkdtempSync(join(tmpdir(), 'graft-studio-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command line gives, with an engine that nothing may need, and what it shows. */
function input(...argv: string[]): DrawInput & { readonly shown: string[] } {
  const shown: string[] = [];
  const nothing = (): void => undefined;
  const refuse = async (): Promise<never> => Promise.reject(new Error('the engine was used'));
  const engine: Runtime = { name: 'none', traits: { weights: 'f32', block: 0 }, load: refuse, close: async () => {} };
  return {
    shown,
    given: readArguments(['a cat', '--models', folder, ...argv], OPTIONS),
    terminal: {
      out: nothing,
      err: (text) => shown.push(text),
      event: nothing,
      json: false,
      quiet: false,
      outIsTerminal: true,
      columns: 80,
    },
    engine: Promise.resolve(engine),
    stop: {
      interrupt: { aborted: false },
      cancel: { aborted: false },
      exitCode: undefined,
      drawing: false,
      release: nothing,
    },
    extensions: [],
  };
}

/** The first byte of a weight. */
const first = ({ store, offset }: WeightRef): Promise<Uint8Array> => store.read(offset, offset + 1);

async function studioOf(given: DrawInput): Promise<Studio> {
  const opened: Studio[] = [];
  await withStudio(given, async (studio) => {
    opened.push(studio);
  });
  return opened[0]!;
}

describe('withStudio', () => {
  test('gives what drawing takes, with what the command line asks for', async () => {
    const { composed, models, given } = await studioOf(input('--steps', '3'));
    expect(composed.kind).toBe('txt2img');
    expect(composed.body).toMatchObject({ prompt: 'a cat', steps: '3' });
    expect(models.checkpoint('').stem).toBe('stickers');
    expect(given.value('steps')).toBe('3');
  });

  test('closes the models afterwards, whether drawing fails or not', async () => {
    const weights: WeightRef[] = [];
    const draw = async ({ models }: Studio): Promise<void> => {
      const file = await models.file(models.checkpoint('').path);
      weights.push([...file.weights.values()][0]!);
      await first(weights.at(-1)!);
      if (weights.length > 1) throw new TypeError('own');
    };
    await withStudio(input(), draw);
    await expect(withStudio(input(), draw)).rejects.toThrow('own');
    expect(weights).toHaveLength(2);
    for (const ref of weights) await expect(first(ref)).rejects.toMatchObject({ code: 'file' });
  });

  test('reckons memory for the largest request that is planned', async () => {
    const open = async (plan: readonly Partial<GenerateRequest>[]): Promise<unknown> => {
      let why: unknown;
      await withStudio(input(), async ({ models, plan: tell }) => {
        tell(plan as readonly GenerateRequest[]);
        why = await models.open({ checkpoint: '', vae: 'Automatic', tiling: false }).catch((error: unknown) => error);
      });
      return why;
    };
    const request = { kind: 'txt2img', width: 64, height: 64, batch_size: 1, enable_hr: false } as const;
    expect(await open([request, { ...request, batch_size: 100_000_000 }])).toMatchObject({ code: 'memory' });
    expect(await open([request])).toHaveProperty('networks');
  });

  test('says what is loaded', async () => {
    const given = input();
    await withStudio(given, async ({ reporter }) => reporter.loading('stickers'));
    expect(given.shown.join('')).toContain('Loading stickers');
  });
});
