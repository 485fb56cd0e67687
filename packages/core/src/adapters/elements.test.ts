import { describe, expect, test } from 'vitest';
import { elementWeight, isElements, parseElements } from './elements.ts';

const layer = (
  ldm: string,
  component: 'unet' | 'te1' = 'unet',
  diffusers = ldm,
): Parameters<typeof elementWeight>[1] => ({
  component,
  ldm,
  diffusers,
});
const weight = (text: string, ...of: Parameters<typeof layer>): number | undefined =>
  elementWeight(parseElements('own', new Map([['own', text]])), layer(...of));

const ATTENTION = 'input_blocks.7.1.transformer_blocks.0.attn1.to_q';

describe('elementWeight', () => {
  test.each([
    ['IN05-OUT05:attn:0', ATTENTION, 0],
    ['OUT05-IN05:attn:0', ATTENTION, 0],
    ['IN05-OUT05:attn:0', 'input_blocks.1.1.transformer_blocks.0.attn1.to_q', undefined],
    ['IN05-OUT05:attn:0', 'input_blocks.7.1.proj_in', undefined],
    ['IN05-OUT05:attn2:0', ATTENTION, undefined],
    ['NOT IN07:attn:0.5', ATTENTION, undefined],
    ['NOT IN08:attn:0.5', ATTENTION, 0.5],
    ['IN07:NOT attn proj:0.5', 'input_blocks.7.1.proj_in', undefined],
    ['IN07:NOT attn:0.5', 'input_blocks.7.1.proj_in', 0.5],
    ['IN07 M00:proj:2', 'middle_block.1.proj_out', 2],
    ['::3', 'time_embed.0', 3],
    ['IN07::1,IN07:attn:2\nOUT01::4', ATTENTION, 2],
  ])('%j of %s', (text, name, expected) => {
    expect(weight(text, name)).toBe(expected);
  });

  test('a text encoder is BASE', () => {
    const name = 'text_model.encoder.layers.0.self_attn.q_proj';
    expect(weight('BASE:attn:0.25', name, 'te1')).toBe(0.25);
    expect(weight('IN01:attn:0.25', name, 'te1')).toBeUndefined();
  });
});

describe('parseElements', () => {
  test('knows the presets of the extension', () => {
    expect(['ATTNDEEPON', 'PROJDEEPOFF', 'IN01'].map((name) => isElements(name))).toEqual([true, true, false]);
    expect(elementWeight(parseElements('ATTNDEEPOFF'), layer(ATTENTION))).toBe(0);
  });

  test('refuses an unknown one with the nearest', () => {
    expect(() => parseElements('ATTNDEPON')).toThrow(
      expect.objectContaining({
        code: 'request',
        field: 'lbwe',
        hint: expect.stringContaining('ATTNDEEPON') as unknown,
      }),
    );
  });

  test.each(['IN01', 'IN01:attn', 'IN01:attn:', 'IN01:attn:x', 'IN01:a:1:2', 'IN05-OUT77:attn:1'])(
    'refuses %j',
    (text) => {
      expect(() => weight(text, ATTENTION)).toThrow(expect.objectContaining({ code: 'request', field: 'lbwe' }));
    },
  );
});
