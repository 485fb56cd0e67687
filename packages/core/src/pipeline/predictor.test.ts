import { describe, expect, test } from 'vitest';
import type { Latent, ModelCall, Row } from '../diffusion/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { fakeModel, type FakeModel } from '../testing/vitest/fake-model.ts';
import { fill } from '../testing/vitest/fill.ts';
import type { UNetText } from './networks.ts';
import { predictor, type PictureConditioning, type PredictorState } from './predictor.ts';
import type { TextConditioning } from './text-conditioning.ts';

const SHAPE = [4, 2, 3] as const;
const SIZE = 24;

interface Case {
  readonly rows: readonly Row[];
  /** Parts of each image's prompt. */
  readonly parts: readonly (readonly number[])[];
  readonly cond: Tensor;
  readonly uncond: Tensor;
  readonly picture?: PictureConditioning;
  readonly inChannels?: number;
}

async function run(given: Case): Promise<{ readonly out: Latent; readonly model: FakeModel }> {
  const model = fakeModel({ inChannels: given.inChannels ?? 4 });
  const text = {
    parts: given.parts,
    at: () => ({ cond: { context: given.cond }, uncond: { context: given.uncond }, padded: false }),
  } as unknown as TextConditioning;
  const state = { networks: model.networks, text, picture: given.picture } as PredictorState;
  const call: ModelCall = {
    x: fill(1, [given.parts.length, ...SHAPE]).data,
    rows: given.rows,
    t: 500,
    call: 0,
    done: { bySigma: 0, byCalls: 0 },
  };
  const out = await predictor({ shape: SHAPE, steps: 1, state: async () => state })(call);
  return { out, model };
}

/** Each row asked for alone. */
async function oneByOne(given: Case): Promise<Latent> {
  const out = new Float32Array(given.rows.length * SIZE);
  for (const [i, row] of given.rows.entries()) out.set((await run({ ...given, rows: [row] })).out, i * SIZE);
  return out;
}

const row = (kind: Row['kind'], image: number, part = 0): Row => ({ kind, image, part });
const PAIRS = [row('prompt', 0), row('prompt', 1), row('negative', 0), row('negative', 1)];
const EDIT = [...PAIRS.slice(0, 2), row('picture', 0), row('picture', 1), ...PAIRS.slice(2)];
const picture = (images: number, channels: number, blankForNegative = false): PictureConditioning => ({
  channels: fill(5, [images, channels, 2, 3]),
  blankForNegative,
});
const text = (seed: number, rows: number, tokens = 77): Tensor => fill(seed, [rows, tokens, 4]);
const TWO = { parts: [[1], [1]], cond: text(2, 2), uncond: text(3, 2) };

/** What each case costs: rows of latents and of texts in each call of the UNet. */
const CASES: readonly (readonly [
  name: string,
  given: Case,
  calls: readonly (readonly [rows: number, texts: number])[],
])[] = [
  ['one image shares its rows', { ...TWO, parts: [[1]], rows: [row('prompt', 0), row('negative', 0)] }, [[1, 2]]],
  ['each image of a batch shares its rows', { ...TWO, rows: PAIRS }, [[2, 4]]],
  ['without a negative prompt', { ...TWO, rows: PAIRS.slice(0, 2) }, [[2, 2]]],
  [
    'parts of one prompt',
    { ...TWO, parts: [[1, 0.5]], rows: [row('prompt', 0), row('prompt', 0, 1), row('negative', 0)] },
    [[1, 3]],
  ],
  [
    'images with different numbers of parts',
    {
      rows: [row('prompt', 0), row('prompt', 1), row('prompt', 1, 1), row('negative', 0), row('negative', 1)],
      parts: [[1], [1, 1]],
      cond: text(2, 3),
      uncond: text(3, 2),
    },
    [[5, 5]],
  ],
  [
    'texts of unequal lengths',
    { ...TWO, cond: text(2, 2, 154), rows: PAIRS },
    [
      [2, 2],
      [2, 2],
    ],
  ],
  ['an inpainting model', { ...TWO, rows: PAIRS, inChannels: 9, picture: picture(2, 5) }, [[2, 4]]],
  ['one picture for all images', { ...TWO, rows: PAIRS, inChannels: 9, picture: picture(1, 5) }, [[2, 4]]],
  ['an editing model', { ...TWO, rows: EDIT, inChannels: 8, picture: picture(2, 4, true) }, [[6, 6]]],
];

describe('predictor', () => {
  test.each(CASES)('%s', async (_, given, calls) => {
    const { out, model } = await run(given);
    expect(model.calls.map(({ rows, texts }) => [rows, texts])).toEqual(calls);
    expectClose(out, await oneByOne(given));
  });

  test('hides the picture from negative rows of an editing model only', async () => {
    const [prompt, , shown, , negative] = await Promise.all(
      EDIT.map(async (one) => {
        const given = { ...TWO, cond: text(2, 2), uncond: text(2, 2), rows: [one], inChannels: 8 };
        return (await run({ ...given, picture: picture(2, 4, true) })).out;
      }),
    );
    expect(shown).toEqual(prompt);
    expect(negative).not.toEqual(shown);
  });

  test('gives each row the vector of its text', async () => {
    const model = fakeModel();
    const seen: Float32Array[] = [];
    const networks: PredictorState['networks'] = {
      ...model.networks,
      async predict(x, t, given) {
        seen.push(given.vector!.data);
        return model.networks.predict(x, t, given);
      },
    };
    const of = (context: Tensor, first: number): UNetText => ({
      context,
      vector: tensor([2, 1], Float32Array.of(first, first + 1)),
    });
    const both = { cond: of(TWO.cond, 1), uncond: of(TWO.uncond, 5), padded: false };
    const state = { networks, text: { ...TWO, at: () => both } as unknown as TextConditioning, picture: undefined };
    const predict = predictor({ shape: SHAPE, steps: 1, state: async () => state });
    await predict({ x: fill(1, [2, ...SHAPE]).data, rows: PAIRS, t: 1, call: 0, done: { bySigma: 0, byCalls: 0 } });
    expect(seen).toEqual([Float32Array.of(1, 2, 5, 6)]);
  });

  test('tells of texts and padding as they go by', async () => {
    const model = fakeModel();
    const both = { cond: { context: TWO.cond }, uncond: { context: TWO.uncond } };
    const seen: unknown[] = [];
    const predict = predictor({
      shape: SHAPE,
      steps: 8,
      state: async () => ({
        networks: model.networks,
        text: { ...TWO, at: () => ({ ...both, padded: true }) } as unknown as TextConditioning,
        picture: undefined,
      }),
      onText: (cond, uncond, call) => seen.push(cond, uncond, call),
      onPadded: () => seen.push('padded'),
    });
    await predict({ x: fill(1, [2, ...SHAPE]).data, rows: PAIRS, t: 1, call: 7, done: { bySigma: 0, byCalls: 0 } });
    expect(seen).toEqual(['padded', both.cond, both.uncond, 7]);
  });
});
