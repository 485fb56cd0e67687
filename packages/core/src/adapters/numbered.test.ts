import { describe, expect, test } from 'vitest';
import { fill, madeModel } from '../testing/vitest/index.ts';
import { splitNumbered } from './numbered.ts';

const split = async (shapes: Record<string, readonly number[]>): Promise<ReturnType<typeof splitNumbered>> =>
  splitNumbered(
    (await madeModel('a', Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, fill(1, shape)]))))
      .file,
  );

describe('splitNumbered', () => {
  test('named by number, and other keys left out', async () => {
    expect(await split({ 'text_encoder:3:down': [1, 2], 'unet:12:up': [3, 1], '<s1>': [4] })).toEqual(
      new Map([
        ['text_encoder:3:down', { module: 'text_encoder:3', part: 'lora_down.weight' }],
        ['unet:12:up', { module: 'unet:12', part: 'lora_up.weight' }],
      ]),
    );
  });

  test('a bare list: up and down by turns, of a text encoder where all are square and of one size', async () => {
    const unet = await split({ '0': [6, 1], '1': [1, 3], '2': [3, 1], '3': [1, 3] });
    expect([...unet!.values()].map(({ module, part }) => `${module} ${part}`)).toEqual([
      'unet:0 lora_up.weight',
      'unet:0 lora_down.weight',
      'unet:1 lora_up.weight',
      'unet:1 lora_down.weight',
    ]);
    const text = await split({ '0': [3, 1], '1': [1, 3] });
    expect(text!.get('0')!.module).toBe('text_encoder:0');
  });

  test.each([
    [{ a: [1, 2] }],
    [{ '0': [3, 1] }],
    [{ '0': [3, 1], '2': [1, 3] }],
    [{ '0': [3, 1], '1': [2, 3] }],
    [{ '0': [3], '1': [3] }],
    [{}],
  ])('%j is something else', async (shapes) => {
    expect(await split(shapes as Record<string, number[]>)).toBeUndefined();
  });
});
