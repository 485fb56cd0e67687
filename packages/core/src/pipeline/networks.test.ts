import { describe, expect, test } from 'vitest';
import { tensor, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { tinyCheckpoint, tinyUNet, tinyWeights } from '../testing/vitest/tiny-checkpoint.ts';
import { TINY_TEXT } from '../testing/vitest/tiny.ts';
import { createNetworks, type Networks } from './networks.ts';

const runtime = await testRuntime();
const networks: Networks = createNetworks(runtime, tinyCheckpoint());
const te1 = networks.texts.te1!;
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
    expect(networks.unet).toEqual(tinyUNet('SD1'));
    expect(te1.config).toEqual(TINY_TEXT);
    expect(networks.conditioning.base).toBe('SD1');
  });

  test('need a checkpoint that is whole', () => {
    const unetOnly = new Map([...tinyWeights('SD1')].filter(([name]) => name.startsWith('model.')));
    const partial = tinyCheckpoint('SD1', unetOnly);
    expect(() => createNetworks(runtime, partial)).toThrowError(
      expect.objectContaining({ name: 'ModelError' }) as Error,
    );
  });

  test('predict for sizes that halve and others, in rows of the context', async () => {
    await networks.prepare({ height: 4, width: 6 });
    expect((await networks.predict(noise([1, 4, 4, 6]), [3], { context: noise([2, 3, 64]) })).shape).toEqual([
      2, 4, 4, 6,
    ]);
    expect((await networks.predict(noise([1, 4, 5, 6]), [3], { context: noise([1, 3, 64]) })).shape).toEqual([
      1, 4, 5, 6,
    ]);
  });

  test('encode and decode pictures', async () => {
    expect((await networks.encodePicture(noise([2, 3, 8, 4]))).shape).toEqual([2, 8, 4, 2]);
    expect((await networks.decodePicture(noise([1, 4, 3, 2]))).shape).toEqual([1, 3, 6, 4]);
  });

  test('refuse rows and sizes that do not fit', async () => {
    const [x, context] = [noise([2, 4, 4, 4]), noise([3, 3, 64])];
    const refused = { name: 'ShapeError', code: 'shape' };
    await expect(networks.predict(x, [1, 2], { context })).rejects.toMatchObject({ ...refused, got: [3, 3, 64] });
    await expect(networks.predict(x, [1], { context })).rejects.toMatchObject({ ...refused, got: [1] });
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
    const states = await te1.states(ids);
    expect(states.map((state) => state.shape)).toEqual(Array.from({ length: 3 }, () => [2, 5, 64]));
    const encoded = await Promise.all([1, 2, 3].map((state) => te1.encode(ids, { state, norm: true })));
    expect(encoded.map(({ z }) => z.shape)).toEqual(Array.from({ length: 3 }, () => [2, 5, 64]));
    expect(() => expectClose(encoded[0]!.z.data, encoded[1]!.z.data)).toThrow();
  });

  test.each([0, 4, 1.5, NaN])('have no state %s from the end', async (state) => {
    await expect(te1.encode(ids, { state, norm: true })).rejects.toMatchObject({
      name: 'RequestError',
      field: 'CLIP_stop_at_last_layers',
    });
  });

  test('take vectors in place of tokens, as far as the window goes', async () => {
    const { z: plain } = await te1.encode(ids, { state: 1, norm: true });
    const patch = { window: 1, at: 3, vectors: noise([4, 64]) };
    const { z: patched } = await te1.encode(ids, { state: 1, norm: true, patches: [patch] });
    const row = 5 * 64;
    expectClose(patched.data.subarray(0, row + 3 * 64), plain.data.subarray(0, row + 3 * 64));
    for (const position of [3, 4]) {
      const part = [row + position * 64, row + (position + 1) * 64] as const;
      expect(() => expectClose(patched.data.subarray(...part), plain.data.subarray(...part))).toThrow();
    }
    const short = { ...patch, vectors: tensor([2, 64], patch.vectors.data.slice(0, 128)) };
    const { z: cut } = await te1.encode(ids, { state: 1, norm: true, patches: [short] });
    expectClose(cut.data, patched.data);
  });
});

describe.each(['SD2', 'SDXL', 'SDXL refiner'] as const)('%s', (base) => {
  test('conditions a UNet with its own text encoders', async () => {
    const own = createNetworks(await testRuntime(), tinyCheckpoint(base));
    expect(own.unet).toEqual(tinyUNet(base));
    expect(own.conditioning.base).toBe(base);
    expect(Object.keys(own.texts)).toEqual(own.conditioning.towers.map(({ component }) => component));
    const vector = own.unet.vector > 0 ? noise([2, own.unet.vector], 3) : undefined;
    const text = { context: noise([2, 5, own.unet.context], 2), vector };
    const { shape, data } = await own.predict(noise([1, 4, 4, 6]), [3], text);
    expect(shape).toEqual([2, 4, 4, 6]);
    // Of two rows each is what it is alone.
    for (const i of [0, 1]) {
      const row = ({ shape: [, ...rest], data: all }: Tensor): Tensor =>
        tensor([1, ...rest], all.slice((i * all.length) / 2, ((i + 1) * all.length) / 2));
      const one = { context: row(text.context), vector: vector && row(vector) };
      const alone = await own.predict(noise([1, 4, 4, 6]), [3], one);
      expectClose(alone.data, data.subarray(i * alone.data.length, (i + 1) * alone.data.length));
    }
    await own.release();
  });
});

test('a pooled vector is that of the first end token', async () => {
  const own = createNetworks(await testRuntime(), tinyCheckpoint('SDXL'));
  const te2 = own.texts.te2!;
  const pooled = async (windows: readonly (readonly number[])[]): Promise<Float32Array> =>
    (await te2.encode(windows, { state: 2, norm: false, pooled: true })).pooled!.data;
  const [both, first, second] = [
    await pooled([
      [1, 11, 3, 4, 5],
      [1, 2, 3, 11, 0],
    ]),
    await pooled([[1, 11, 9, 9, 9]]),
    await pooled([[1, 2, 3, 11, 7]]),
  ];
  expectClose(both.subarray(0, 64), first);
  expectClose(both.subarray(64), second);
  await own.release();
});
