import { expect, test } from 'vitest';
import { float, writeInfotext, type InfotextFields } from './write.ts';

const FIELDS: InfotextFields = {
  prompt: 'a',
  negativePrompt: '',
  steps: 1,
  sampler: 'Euler',
  scheduleType: 'Automatic',
  cfgScale: 7,
  seed: 1,
  width: 8,
  height: 16,
};
const BASE = 'Steps: 1, Sampler: Euler, Schedule type: Automatic, CFG scale: 7.0, Seed: 1, Size: 8x16';

test('absent fields print nothing, defaults neither', () => {
  expect(writeInfotext(FIELDS)).toBe(`a\n${BASE}`);
  expect(
    writeInfotext({ ...FIELDS, rng: 'GPU', clipSkip: 1, tiling: false, tokenMergingRatio: 0, variationSeed: 5 }),
  ).toBe(`a\n${BASE}`);
});

test('values print as Python prints them', () => {
  const extra = [
    ['a', 5],
    ['b', float(5)],
    ['c', 0.00001],
    ['d', true],
    ['e', false],
    ['f', null],
    ['g', 'g'],
    ['h', 2n ** 63n],
  ] as const;
  expect(writeInfotext({ ...FIELDS, extra })).toBe(
    `a\n${BASE}, a: 5, b: 5.0, c: 1e-05, d: True, e: False, g, h: 9223372036854775808`,
  );
});

test('an extra parameter replaces a field at its place; version and user come last', () => {
  const text = writeInfotext({
    ...FIELDS,
    extra: new Map([
      ['Schedule type', 'Karras'],
      ['Eta', '0.5'],
    ]),
    version: 'v1',
    user: 'me',
  });
  expect(text).toBe(`a\n${BASE.replace('Automatic', 'Karras')}, Eta: 0.5, Version: v1, User: me`);
});

test('an empty prompt leaves no empty line', () => {
  expect(writeInfotext({ ...FIELDS, prompt: '', negativePrompt: 'n' })).toBe(`Negative prompt: n\n${BASE}`);
});
