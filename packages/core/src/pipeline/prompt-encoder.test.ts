import { describe, expect, test } from 'vitest';
import { embedding } from '../adapters/textual-inversion/index.ts';
import { sinusoid } from '../nn/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { fakeModel } from '../testing/vitest/fake-model.ts';
import { NO_NETWORKS, type NetworkSource } from './extra-networks.ts';
import type { Networks, TextNetwork } from './networks.ts';
import { readOptions } from './options.ts';
import { misfitNote, openEmbeddings } from './prompt-embeddings.ts';
import { promptEncoder, type PromptEncoder } from './prompt-encoder.ts';

const SIZE = { width: 640, height: 384 };
const fake = fakeModel().networks;

/** A second text encoder, whose pooled vector is the number of windows and that of the last id that is no filling. */
const second: TextNetwork = {
  ...fake.texts.te1!,
  naming: 'openclip',
  pooled: 2,
  async encode(ids, options) {
    const pooled = tensor([ids.length, 2], Float32Array.from(ids.flatMap((window) => [ids.length, window[1]!])));
    return { ...(await fake.texts.te1!.encode(ids, options)), pooled };
  },
};
const XL: Pick<Networks, 'conditioning' | 'texts'> = {
  conditioning: {
    base: 'SDXL',
    towers: [
      { component: 'te1', maker: 'openai', state: 'penultimate-or-skip', norm: false, pooled: false },
      { component: 'te2', maker: 'openclip', state: 'penultimate', norm: false, pooled: true },
    ],
    vector: ['original-size', 'crop', 'target-size'],
    zeroEmptyNegative: true,
    latentScale: 1,
    latents: 'sdxl',
  },
  texts: { te1: fake.texts.te1!, te2: second },
};

function encoder(settings: Readonly<Record<string, unknown>> = {}, networks = XL): PromptEncoder {
  return promptEncoder(networks, { options: readOptions(settings), size: SIZE });
}

function numbers(...values: readonly number[]): readonly number[] {
  return values.flatMap((value) => [...sinusoid(value, 256)]);
}

function half({ shape: [rows = 0, tokens = 0, width = 0], data }: Tensor, which: 0 | 1): number[] {
  return Array.from({ length: (rows * tokens * width) / 2 }, (_, i) => {
    const row = Math.floor(i / (width / 2));
    return data[row * width + (which * width) / 2 + (i % (width / 2))]!;
  });
}

describe('a prompt encoder of SDXL', () => {
  test('puts the texts of both encoders side by side', async () => {
    const { context } = await encoder().encode(['a cat'], 'positive');
    expect(context.shape).toEqual([1, 77, 8]);
    const alone = async (base: Networks): Promise<number[]> => [
      ...(await encoder({ CLIP_stop_at_last_layers: 2 }, base).encode(['a cat'], 'positive')).context.data,
    ];
    expect(half(context, 0)).toEqual(await alone(fake));
    // The second fills its windows with 0.
    expect(half(context, 1)).not.toEqual(half(context, 0));
    expect(half(context, 1).slice(0, 4 * 4)).toEqual(half(context, 0).slice(0, 4 * 4));
  });

  test('tells the UNet of the size of the pass and of the crop, height before width', async () => {
    const { vector } = await encoder({ sdxl_crop_top: 8, sdxl_crop_left: 16 }).encode(['a cat'], 'positive');
    expect([...vector!.data.subarray(2)]).toEqual(numbers(384, 640, 8, 16, 384, 640));
    expect(vector!.data.subarray(0, 2)).toEqual(Float32Array.of(1, 320));
  });

  test('makes zeros of an empty negative prompt, but not of an empty prompt', async () => {
    const blank = await encoder().encode([''], 'negative');
    expect(blank.context.data.every((v) => v === 0)).toBe(true);
    expect([...blank.vector!.data]).toEqual([0, 0, ...numbers(384, 640, 0, 0, 384, 640)]);
    for (const [texts, side] of [
      [[''], 'positive'],
      [['', 'x'], 'negative'],
    ] as const) {
      const { context } = await encoder().encode(texts, side);
      expect(context.data.every((v) => v === 0)).toBe(false);
    }
  });

  test('does not weight the pooled vector', async () => {
    const [plain, weighted] = [
      await encoder().encode(['cat'], 'positive'),
      await encoder().encode(['(cat:1.5)'], 'positive'),
    ];
    expect(weighted.vector).toEqual(plain.vector);
    expect(weighted.context).not.toEqual(plain.context);
  });

  test('pools the first chunk alone', async () => {
    const { context, vector } = await encoder().encode(['cat BREAK dog'], 'positive');
    expect(context.shape[1]).toBe(154);
    expect(vector).toEqual((await encoder().encode(['cat'], 'positive')).vector);
  });

  test('brings both encoders to as many chunks where they read a text differently', async () => {
    // 25 times "<end_of_text>" are 25 tokens for one, seven times as many for the other.
    const text = new Array<string>(25).fill('<end_of_text>').join(' ');
    const { context } = await encoder().encode([text], 'positive');
    expect(context.shape[1]! % 77).toBe(0);
    expect(context.shape[1]).toBeGreaterThan(77);
  });

  test('has clip skip act on the first encoder where a setting says so', async () => {
    const context = async (settings: object): Promise<Tensor> =>
      (await encoder({ ...settings }).encode(['a cat'], 'positive')).context;
    const [plain, ignored, skipped] = [
      await context({}),
      await context({ CLIP_stop_at_last_layers: 3 }),
      await context({ CLIP_stop_at_last_layers: 3, sdxl_clip_l_skip: true }),
    ];
    expect(ignored).toEqual(plain);
    expect(half(skipped, 0)).not.toEqual(half(plain, 0));
    expect(half(skipped, 1)).toEqual(half(plain, 1));
  });

  test('places the vectors that an embedding has for each', async () => {
    const pair = embedding('style', {
      kind: 'pair',
      clipL: tensor([2, 4], new Float32Array(8).fill(1)),
      clipG: tensor([2, 4], new Float32Array(8).fill(2)),
    });
    const open = await openEmbeddings(['style'], {
      adapter: async () => undefined,
      hypernetwork: async () => undefined,
      embeddings: async () => [{ name: 'style', open: async () => pair, hash: async () => undefined }],
    });
    const placed: unknown[] = [];
    const watch = (network: TextNetwork): TextNetwork => ({
      ...network,
      encode(ids, options) {
        placed.push(options.patches?.map(({ at, vectors }) => [at, vectors.data[0]]));
        return network.encode(ids, options);
      },
    });
    const networks = { ...XL, texts: { te1: watch(XL.texts.te1!), te2: watch(XL.texts.te2!) } };
    const own = promptEncoder(networks, {
      options: readOptions({}),
      embeddings: await open(NO_NETWORKS, networks),
      size: SIZE,
    });
    await own.encode(['a style'], 'positive');
    expect(placed).toEqual([[[2, 1]], [[2, 2]]]);
    expect(own.told(['a (style:1.2)'])).toEqual([
      { embeddings: ['style'], taken: ['style'], misfits: [], doubled: [], brackets: true },
      { embeddings: ['style'], taken: ['style'], misfits: [], doubled: [], brackets: true },
    ]);
  });
});

test("the refiner's encoder tells an aesthetic score, of which a negative prompt has a lower one", async () => {
  const networks = {
    conditioning: {
      ...XL.conditioning,
      base: 'SDXL refiner',
      towers: XL.conditioning.towers.slice(1),
      vector: ['original-size', 'crop', 'aesthetic-score'],
    },
    texts: { te2: second },
  } as const;
  const own = encoder({ sdxl_refiner_high_aesthetic_score: 7 }, networks);
  const tail = async (side: 'positive' | 'negative'): Promise<number[]> => [
    ...(await own.encode(['cat'], side)).vector!.data.subarray(2),
  ];
  expect(await tail('positive')).toEqual(numbers(384, 640, 0, 0, 7));
  expect(await tail('negative')).toEqual(numbers(384, 640, 0, 0, 2.5));
});

test('embeddings that took a word are told', async () => {
  const source = (name: string): NetworkSource => ({
    adapter: async () => undefined,
    hypernetwork: async () => undefined,
    embeddings: async () => [
      { name, open: async () => embedding(name, { kind: 'single', vec: tensor([1, 4]) }), hash: async () => undefined },
    ],
  });
  const taken = async (name: string): Promise<unknown> => {
    const text = `a ${name} here`;
    const embeddings = await (await openEmbeddings([text], source(name)))(NO_NETWORKS, fake);
    const [told] = promptEncoder(fake, { options: readOptions({}), size: SIZE, embeddings }).told([text]);
    return [told!.embeddings, told!.taken];
  };
  expect(await taken('cat')).toEqual([['cat'], ['cat']]);
  expect(await taken('badhandv4')).toEqual([['badhandv4'], []]);
});

test('embeddings of other widths are told where their names stand, and are words', async () => {
  const source: NetworkSource = {
    adapter: async () => undefined,
    hypernetwork: async () => undefined,
    embeddings: async () => [
      {
        name: 'wide',
        open: async () => embedding('wide', { kind: 'single', vec: tensor([1, 768]) }),
        hash: async () => undefined,
      },
    ],
  };
  const texts = ['a wide cat', 'widely a cat'];
  const embeddings = await (await openEmbeddings(texts, source))(NO_NETWORKS, fake);
  const options = { options: readOptions({}), size: SIZE };
  const one = promptEncoder(fake, { ...options, embeddings });
  expect(texts.map((text) => one.told([text])[0]!.misfits.map((misfit) => misfitNote(misfit, fake.texts)))).toEqual([
    [expect.stringMatching(/"wide" is 768 wide \(SD1\).* 4:/)],
    [],
  ]);
  expect(one.told(['a wide cat'])[0]!.embeddings).toEqual([]);
  const plain = promptEncoder(fake, options);
  expect(await one.encode(['a wide cat'], 'positive')).toEqual(await plain.encode(['a wide cat'], 'positive'));
});

test('weights that no number can hold are told to be that', async () => {
  const heavy = `${'('.repeat(5000)}a${')'.repeat(5000)}`;
  await expect(encoder().encode([heavy], 'positive')).rejects.toMatchObject({ code: 'request', field: 'prompt' });
  await expect(encoder({ emphasis: 'Ignore' }).encode([heavy], 'positive')).resolves.toHaveProperty('context');
});
