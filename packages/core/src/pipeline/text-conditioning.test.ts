import { describe, expect, test } from 'vitest';
import { fakeModel } from '../testing/vitest/fake-model.ts';
import type { TextNetwork } from './networks.ts';
import { readOptions } from './options.ts';
import { promptEncoder } from './prompt-encoder.ts';
import { textConditioning, textRow, type TextConditioning, type TextConditioningInput } from './text-conditioning.ts';

const LONG = new Array<string>(100).fill('cat').join(' ');

interface Encoded {
  readonly text: TextConditioning;
  /** Windows that went through the encoder. */
  readonly windows: number;
}

async function encode(
  prompts: readonly string[],
  more: Partial<TextConditioningInput> & { readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<Encoded> {
  let windows = 0;
  const { networks } = fakeModel();
  const te1: TextNetwork = {
    ...networks.texts.te1!,
    encode(tokens, given) {
      windows += tokens.length;
      return networks.texts.te1!.encode(tokens, given);
    },
  };
  const options = readOptions(more.settings);
  const size = { width: 512, height: 512 };
  const text = await textConditioning({
    prompts,
    negatives: prompts.map(() => ''),
    steps: 4,
    encoder: promptEncoder({ ...networks, texts: { te1 } }, { options, size }),
    ...more,
    options,
  });
  return { text, windows };
}

describe('textConditioning', () => {
  test('encodes each text once, however many pictures have it', async () => {
    const one = await encode(['a cat']);
    const four = await encode(['a cat', 'a cat', 'a cat', 'a cat']);
    expect(four.windows).toBe(one.windows);
    expect(four.text.parts).toEqual([[1], [1], [1], [1]]);
    expect(four.text.at(0).cond.context.shape).toEqual([4, 77, 4]);
    expect(four.text.at(0).cond.context.data.subarray(0, 77 * 4)).toEqual(one.text.at(0).cond.context.data);
  });

  // The webui counts calls from 0 and lets a text end with the step named: half of four is reached after the third.
  test('follows schedules over the calls', async () => {
    const { text } = await encode(['a [cat:dog:0.5]']);
    const [cat, dog] = [(await encode(['a cat'])).text, (await encode(['a dog'])).text];
    expect([0, 1, 2, 3].map((call) => text.at(call).cond)).toEqual([cat, cat, cat, dog].map((one) => one.at(0).cond));
    expect(text.at(1)).toBe(text.at(0));
  });

  test('weights the parts of AND, picture by picture', async () => {
    const { text } = await encode(['a cat AND a dog :0.5', 'a fox']);
    expect(text.parts).toEqual([[1, 0.5], [1]]);
    expect(text.at(0).cond.context.shape[0]).toBe(3);
    expect(text.at(0).uncond.context.shape[0]).toBe(2);
  });

  test('leaves texts of unequal lengths as they are unless a setting brings them to one', async () => {
    const lengths = async (
      settings: Readonly<Record<string, unknown>>,
      prompt = LONG,
      negatives = [''],
    ): Promise<unknown[]> => {
      const { cond, uncond, padded } = (await encode([prompt], { settings, negatives })).text.at(0);
      return [cond.context.shape[1], uncond.context.shape[1], padded];
    };
    expect(await lengths({})).toEqual([154, 77, false]);
    expect(await lengths({ pad_cond_uncond: true })).toEqual([154, 154, true]);
    expect(await lengths({ pad_cond_uncond: true }, 'a cat', [LONG])).toEqual([154, 154, true]);
    expect(await lengths({ pad_cond_uncond_v0: true }, 'a cat', [LONG])).toEqual([77, 77, true]);
    expect(await lengths({ pad_cond_uncond: true }, 'a cat')).toEqual([77, 77, false]);
  });

  test('hands clip skip and emphasis on', async () => {
    const at = async (prompt: string, settings = {}): Promise<Float32Array> =>
      (await encode([prompt], { settings })).text.at(0).cond.context.data;
    expect(await at('a cat', { CLIP_stop_at_last_layers: 2 })).not.toEqual(await at('a cat'));
    expect(await at('a (cat:1.5)')).not.toEqual(await at('a cat'));
    expect(await at('a (cat:1.5)', { emphasis: 'Ignore' })).toEqual(await at('a cat'));
  });
});

test.each(['a (cat:1.2.3)', `a AND b:${'9'.repeat(400)}`])('%s is a fault of the request', async (prompt) => {
  await expect(encode([prompt])).rejects.toMatchObject({ name: 'RequestError', field: 'prompt' });
});

test('textRow finds the text of a row behind those of the images before', () => {
  const parts = [[1, 1], [1], [1, 1, 1]];
  expect(textRow({ kind: 'prompt', image: 2, part: 1 }, parts)).toEqual({ cond: true, index: 4 });
  expect(textRow({ kind: 'prompt', image: 0, part: 0 }, parts)).toEqual({ cond: true, index: 0 });
  for (const kind of ['negative', 'picture'] as const)
    expect(textRow({ kind, image: 2, part: 0 }, parts)).toEqual({ cond: false, index: 2 });
});
