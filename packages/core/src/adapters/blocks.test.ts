import { describe, expect, test } from 'vitest';
import { blockRatio, isBlockList, parseBlocks } from './blocks.ts';

const layer = (
  ldm: string,
  component: 'unet' | 'te1' = 'unet',
  diffusers = ldm,
): Parameters<ReturnType<typeof blockRatio>>[0] => ({
  component,
  ldm,
  diffusers,
});

describe('parseBlocks', () => {
  test.each([
    [17, [0, 2, 3, 5, 6, 8, 9, 13, 17, 18, 19, 20, 21, 22, 23, 24, 25]],
    [12, [0, 5, 6, 8, 9, 13, 14, 15, 16, 17, 18, 19]],
    [20, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]],
    [26, Array.from({ length: 26 }, (_, i) => i)],
  ])('%d values stand for these blocks, and the others get 0', (count, places) => {
    const weights = parseBlocks(Array.from({ length: count }, (_, i) => i + 1).join(','));
    expect(weights).toEqual(Array.from({ length: 26 }, (_, i) => places.indexOf(i) + 1));
  });

  test('presets, the user’s own before the built-in ones', () => {
    expect(parseBlocks('MIDD')).toEqual(parseBlocks('1,0,0,0,1,1,1,1,1,1,1,1,0,0,0,0,0'));
    expect(parseBlocks('MIDD', { presets: new Map([['MIDD', Array(12).fill(2).join()]]) })[0]).toBe(2);
  });

  test('X and offsets from it, random values from a given source only', () => {
    const rest = ',0'.repeat(11);
    expect(parseBlocks(`X${rest}`, { x: 0.4 })[0]).toBe(0.4);
    expect(parseBlocks(`X+0.25${rest}`)[0]).toBe(1.25);
    expect(parseBlocks(`X-.5${rest}`, { x: 0.25 })[0]).toBe(-0.25);
    expect(parseBlocks(`R${rest}`, { random: () => 0.12345 })[0]).toBe(0.123);
    expect(parseBlocks(`U${rest}`, { random: () => 0.25 })[0]).toBe(0);
    expect(() => parseBlocks(`R${rest}`)).toThrow(expect.objectContaining({ code: 'request', field: 'lbw' }));
  });

  test.each(['', '1', '1,2,3', 'NOSUCH', `1,,${'0,'.repeat(9)}0`, `Q${',0'.repeat(11)}`, `X+${',0'.repeat(11)}`])(
    '%j is refused',
    (text) => {
      expect(() => parseBlocks(text)).toThrow(expect.objectContaining({ code: 'request', field: 'lbw' }));
    },
  );

  test('a word is told to be no preset, and a list how long it is', () => {
    expect(() => parseBlocks('FOO')).toThrow('preset');
    expect(() => parseBlocks('1,2,3')).toThrow('3 values');
  });

  test('what is a list', () => {
    expect(['NONE', '0.8', `1${',1'.repeat(16)}`, '1,1'].map((text) => isBlockList(text))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(isBlockList('MINE', new Map([['MINE', '1']]))).toBe(true);
  });
});

describe('blockRatio', () => {
  const ratio = blockRatio(Array.from({ length: 26 }, (_, i) => i));

  test.each([
    ['input_blocks.0.0', 1],
    ['input_blocks.11.0.in_layers.2', 12],
    ['middle_block.1.proj_in', 13],
    ['output_blocks.0.0.in_layers.2', 14],
    ['output_blocks.11.1.proj_in', 25],
    ['time_embed.0', 1],
    ['out.2', 1],
  ])('%s', (ldm, expected) => {
    expect(ratio(layer(ldm))).toBe(expected);
  });

  test('blocks of a text encoder are BASE, what surrounds them is not', () => {
    expect(ratio(layer('x', 'te1', 'text_model.encoder.layers.0.mlp.fc1'))).toBe(0);
    expect(ratio(layer('x', 'te1', 'text_model.final_layer_norm'))).toBe(1);
  });
});
