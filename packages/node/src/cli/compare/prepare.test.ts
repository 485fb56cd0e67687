import { fileURLToPath } from 'node:url';
import type { Adapter } from '@graft/core/adapters';
import { RequestError } from '@graft/core/errors';
import { createCheckpoint } from '@graft/core/models';
import { outlineModel, type NetworkSource } from '@graft/core/pipeline';
import { afterAll, describe, expect, test } from 'vitest';
import { extend } from '../../extension/registry.ts';
import type { LocalModels } from '../../model-source.ts';
import { openModel } from '../../models.ts';
import { readArguments } from '../arguments.ts';
import { composeRequest } from '../generate/compose.ts';
import { createContext } from '../generate/context.ts';
import { COMPARE_OPTIONS } from './options.ts';
import { prepareComparison, type PreparedComparison } from './prepare.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('nothing is loaded here'));

const pico = await openModel(
  fileURLToPath(new URL('../../../../../fixtures/models/pico.safetensors', import.meta.url)),
);
afterAll(() => pico.close());

/** Every model but "nothing" is there, and none can be loaded. */
const models: LocalModels = {
  checkpoint(name) {
    if (name === 'nothing') throw new RequestError('sd_model_checkpoint', 'is not there');
    return { path: name, stem: name, hash: refuse };
  },
  vae(_, wish) {
    if (wish === 'nothing') throw new RequestError('sd_vae', 'is not there');
    return Promise.resolve(undefined);
  },
  texts: () => ({ te1: undefined, te2: undefined }),
  file: () => Promise.resolve(pico),
  open: refuse,
  outline: async ({ checkpoint: name }) => outlineModel(createCheckpoint({ main: pico }), name),
  close: () => Promise.resolve(),
};
const codec = { decode: refuse, encode: refuse };

/** The one network that there is is for another base model than all checkpoints. */
const networks: NetworkSource = {
  adapter: async (name) => {
    if (name !== 'xl') throw new RequestError('lora', 'is not there');
    const network = { name, modules: [], embeddings: [] } as unknown as Adapter;
    return { name, network, bases: ['SDXL'], hash: async () => undefined };
  },
  hypernetwork: refuse,
  embeddings: async () => [],
};

async function prepare(...argv: string[]): Promise<PreparedComparison> {
  const given = readArguments(
    ['a cat', '--size', '64', ...argv],
    COMPARE_OPTIONS.flatMap(({ options }) => options),
  );
  const context = createContext({ models, networks, registry: extend([]), codec, styles: [] });
  return prepareComparison(given, await composeRequest(given), { models, codec, context });
}

describe('prepareComparison', () => {
  test('gives complete requests, one picture each', async () => {
    const { cells, order } = await prepare('--x', 'steps: 3, 4', '--y', 'seed: 7, 8', '--cfg', '2');
    expect(order).toEqual([0, 1, 2, 3]);
    expect(cells.map(({ request: { steps, seed } }) => [steps, seed])).toEqual([
      [3, 7n],
      [4, 7n],
      [3, 8n],
      [4, 8n],
    ]);
    expect(cells[3]!.request).toMatchObject({ cfg_scale: 2, width: 64, height: 64, batch_size: 1, n_iter: 1 });
  });

  test.each([[[]], [['--seed', '-1']]])('draws one seed for all cells %j', async (argv) => {
    const { cells } = await prepare('--x', 'steps: 3, 4', ...argv);
    expect(cells[0]!.request.seed).toBeGreaterThanOrEqual(0n);
    expect(cells[1]!.request.seed).toBe(cells[0]!.request.seed);
    expect(cells[1]!.request.subseed).toBe(cells[0]!.request.subseed);
  });

  test('reads names as people write them', async () => {
    const { cells } = await prepare('--x', 'sampler: k_euler_a, dpm++2m karras', '--y', 'scheduler: KARRAS');
    expect(cells.map(({ request: { sampler_name: name, scheduler } }) => [name, scheduler])).toEqual([
      ['Euler a', 'Karras'],
      ['DPM++ 2M Karras', 'Karras'],
    ]);
  });

  test('draws checkpoint by checkpoint', async () => {
    const { order } = await prepare('--x', 'checkpoint: a, b', '--y', 'seed: 1, 2');
    expect(order).toEqual([0, 2, 1, 3]);
  });

  test.each([
    ['an option', ['--refiner', 'b', '--x', 'seed: 1'], 0.8],
    ['an axis', ['--x', 'refiner: b'], 0.8],
    ['an axis, with a switch,', ['--x', 'refiner: b', '--refiner-switch', '0.5'], 0.5],
    ['an axis, with a switch on another,', ['--x', 'refiner: b', '--y', 'refiner switch: 0.3'], 0.3],
  ])('a refiner of %s takes over near the end, or when it is told to', async (_, argv, at) => {
    const { cells } = await prepare(...argv);
    expect(cells[0]!.request).toMatchObject({ refiner_checkpoint: 'b', refiner_switch_at: at });
  });

  test.each([
    ['--x', []],
    ['--x', ['--x', 'sampler: nothing']],
    ['--y', ['--y', 'nothing: 1']],
    ['--x', ['--x', 'steps: 1, 0']],
    ['--y', ['--x', 'seed: 1', '--y', 'steps: 1, 0', '--steps', '3']],
    ['steps', ['--x', 'seed: 1, 2', '--steps', '0']],
    ['--x', ['--x', 'checkpoint: a, nothing', '--model', 'a']],
    ['sd_model_checkpoint', ['--x', 'vae: a', '--model', 'nothing']],
    ['--x', ['--x', 'vae: None, nothing']],
    ['--y', ['--x', 'seed: 1', '--y', 'clip skip: 1, 20']],
    ['lora', ['--with', '<lora:nothing:1>']],
    ['--x', ['--x', 'size: 64x64, 64x60']],
    ['--x', ['--x', 'size: 64x64, 64x0']],
    ['--x', ['--x', 'width: 64, 60']],
    ['--x', ['--x', 'denoising: 0.5, 0.7']],
    ['--y', ['--x', 'seed: 1', '--y', 'refiner switch: 0.2, 0.8']],
    ['--x', ['--x', 'Var. seed: 1, 2']],
    ['--x', ['--x', 'hires steps: 1, 2']],
    ['--refiner-switch', ['--x', 'seed: 1, 2', '--refiner-switch', '0.5']],
    ['--x', ['--x', 'strength: 0.5, 1', '--with', 'an-embedding']],
    ['--reference', ['--x', 'seed: 1', '--reference', 'w']],
    ['--x', ['--x', 'seed: 1..20', '--y', 'size: 8192x8192']],
  ])('names %s when it cannot be', async (field, argv) => {
    await expect(prepare(...argv)).rejects.toMatchObject({ code: 'request', field });
  });

  test('tells once of a text encoder that no cell has a place for', async () => {
    const { notes } = await prepare('--x', 'checkpoint: a, b', '--text-encoder-2', 'x', '--text-encoder', 'y');
    expect(notes).toEqual([expect.stringContaining('--text-encoder-2')]);
  });

  test('tells of an axis that nothing reads', async () => {
    const { notes } = await prepare('--x', 'extra noise: 0, 0.1', '--y', 'steps: 3, 4');
    expect(notes).toEqual([expect.stringContaining('"extra noise" changes nothing')]);
  });

  test('an axis may give what an option needs', async () => {
    const { cells } = await prepare('--variation-seed', '3', '--x', 'Var. strength: 0, 0.5');
    expect(cells.map(({ request: { subseed, subseed_strength: share } }) => [subseed, share])).toEqual([
      [3n, 0],
      [3n, 0.5],
    ]);
  });

  test.each([
    [['--x', 'denoising: 0.5, 0.7', '--hires', '2']],
    [['--x', 'denoising: 0.5, 0.7', '--y', 'enable_hr: no, yes']],
    [['--x', 'refiner switch: 0.2, 0.8', '--y', 'refiner: None, b']],
    [['--x', 'refiner switch: 0.2, 0.8', '--refiner', 'b']],
  ])('takes an axis that does something somewhere: %j', async (argv) => {
    await expect(prepare(...argv)).resolves.toMatchObject({ cells: expect.any(Array) as unknown });
  });

  test.each([[['--with', '<lora:xl:1>']], [['--x', 'checkpoint: a, b', '--y', 'with: "", "<lora:xl:1>"']]])(
    'refuses a network of another base model than a checkpoint of the grid: %j',
    async (argv) => {
      await expect(prepare(...argv)).rejects.toMatchObject({
        name: 'AdapterError',
        message: expect.stringMatching(/^xl: is for SDXL, and .* is SD1$/) as unknown,
      });
    },
  );
});
