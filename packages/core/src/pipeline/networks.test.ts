import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { clipFinalNorm, clipText, createCheckpoint, unet, vaeDecoder, vaeEncoder } from '../models/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { madeUpWeights, shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_TEXT, TINY_UNET, TINY_VAE } from '../testing/vitest/tiny.ts';
import { createNetworks, type Networks } from './networks.ts';

const SHAPES = shapesOf((p) => [
  unet(p.at('model.diffusion_model'), TINY_UNET, {
    x: input('x', ['b', 4, '2*h', '2*w']),
    t: input('t', ['b']),
    context: input('context', ['r', 'n', 8]),
  }),
  clipFinalNorm(
    p.at('cond_stage_model.transformer.text_model'),
    clipText(p.at('cond_stage_model.transformer.text_model'), TINY_TEXT, { ids: input('ids', ['b', 5], 'i64') })[2]!,
  ),
  vaeEncoder(p.at('first_stage_model'), TINY_VAE, input('pixels', ['b', 3, '2*h', '2*w'])),
  vaeDecoder(p.at('first_stage_model'), TINY_VAE, input('latent', ['b', 4, 'h', 'w'])),
]);
const WEIGHTS = madeUpWeights(SHAPES);
const file = {
  name: 'tiny',
  container: 'safetensors',
  tensors: new Map(),
  metadata: new Map(),
  value: undefined,
} as const;
const checkpoint = createCheckpoint({ main: { file, weights: WEIGHTS } });
const networks: Networks = createNetworks(await testRuntime(), checkpoint);
const noise = (shape: number[], seed = 1): Tensor =>
  tensor(
    shape,
    randomFloats(
      shape.reduce((a, b) => a * b),
      seed,
    ),
  );

describe('the networks of a checkpoint', () => {
  test('tell their configurations', () => {
    expect(networks.unet).toEqual(TINY_UNET);
    expect(networks.text).toEqual(TINY_TEXT);
  });

  test('need a checkpoint that is whole', () => {
    const unetOnly = new Map([...WEIGHTS].filter(([name]) => name.startsWith('model.')));
    const partial = createCheckpoint({ main: { file, weights: unetOnly } });
    expect(() => createNetworks({} as never, partial)).toThrowError(
      expect.objectContaining({ name: 'ModelError' }) as Error,
    );
  });

  test('predict for sizes that halve and others, in rows of the context', async () => {
    await networks.prepare({ height: 4, width: 6 });
    expect((await networks.predict(noise([1, 4, 4, 6]), [3], noise([2, 3, 8]))).shape).toEqual([2, 4, 4, 6]);
    expect((await networks.predict(noise([1, 4, 5, 6]), [3], noise([1, 3, 8]))).shape).toEqual([1, 4, 5, 6]);
  });

  test('encode and decode pictures', async () => {
    expect((await networks.encodePicture(noise([2, 3, 8, 4]))).shape).toEqual([2, 8, 4, 2]);
    expect((await networks.decodePicture(noise([1, 4, 3, 2]))).shape).toEqual([1, 3, 6, 4]);
  });

  test('refuse rows and sizes that do not fit', async () => {
    const [x, context] = [noise([2, 4, 4, 4]), noise([3, 3, 8])];
    const refused = { name: 'ShapeError', code: 'shape' };
    await expect(networks.predict(x, [1, 2], context)).rejects.toMatchObject({ ...refused, got: [3, 3, 8] });
    await expect(networks.predict(x, [1], noise([2, 3, 8]))).rejects.toMatchObject({ ...refused, got: [1] });
    await expect(networks.encodePicture(noise([1, 3, 4, 5]))).rejects.toMatchObject({ ...refused, got: [1, 3, 4, 5] });
  });

  test('do not begin what was cancelled', async () => {
    const cancel = { aborted: true };
    await expect(networks.decodePicture(noise([1, 4, 3, 2]), cancel)).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('texts', () => {
  const ids = [
    [1, 2, 3, 4, 5],
    [1, 6, 7, 8, 9],
  ];

  test('give every state, and the normalised one that is asked for', async () => {
    const states = await networks.textStates(ids);
    expect(states.map((state) => state.shape)).toEqual(Array.from({ length: 3 }, () => [2, 5, 64]));
    const encoded = await Promise.all([1, 2, 3].map((clipSkip) => networks.encodeText(ids, { clipSkip })));
    expect(encoded.map(({ shape }) => shape)).toEqual(Array.from({ length: 3 }, () => [2, 5, 64]));
    expect(() => expectClose(encoded[0]!.data, encoded[1]!.data)).toThrow();
  });

  test.each([0, 4, 1.5, NaN])('have no state %s from the end', async (clipSkip) => {
    await expect(networks.encodeText(ids, { clipSkip })).rejects.toMatchObject({
      name: 'RequestError',
      field: 'CLIP_stop_at_last_layers',
    });
  });

  test('take vectors in place of tokens, as far as the window goes', async () => {
    const plain = await networks.encodeText(ids, { clipSkip: 1 });
    const patch = { window: 1, at: 3, vectors: noise([4, 64]) };
    const patched = await networks.encodeText(ids, { clipSkip: 1, patches: [patch] });
    const row = 5 * 64;
    expectClose(patched.data.subarray(0, row + 3 * 64), plain.data.subarray(0, row + 3 * 64));
    for (const position of [3, 4]) {
      const part = [row + position * 64, row + (position + 1) * 64] as const;
      expect(() => expectClose(patched.data.subarray(...part), plain.data.subarray(...part))).toThrow();
    }
    const short = { ...patch, vectors: tensor([2, 64], patch.vectors.data.slice(0, 128)) };
    const cut = await networks.encodeText(ids, { clipSkip: 1, patches: [short] });
    expectClose(cut.data, patched.data);
  });
});
