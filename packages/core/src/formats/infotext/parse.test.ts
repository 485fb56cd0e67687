import { describe, expect, test } from 'vitest';
import { parseInfotext } from './parse.ts';
import { writeInfotext } from './write.ts';

const LAST = 'Steps: 20, Sampler: Euler a, Seed: 1';

describe('parseInfotext', () => {
  test('three pairs make a line of parameters, two do not', () => {
    expect(parseInfotext(`a cat\n${LAST}`).get('Prompt')).toBe('a cat');
    expect(parseInfotext('a cat\nSteps: 20, Sampler: Euler a').get('Prompt')).toBe(
      'a cat\nSteps: 20, Sampler: Euler a',
    );
  });
  test('a list as Civitai writes it ends at its comma, and its neighbours are read', () => {
    const read = parseInfotext(
      `a\n${LAST}, Civitai resources: [{"type":"checkpoint","modelVersionId":1}], Civitai metadata: {}`,
    );
    expect([read.get('Seed'), read.get('Civitai resources'), read.get('Civitai metadata')]).toEqual([
      '1',
      '[{"type":"checkpoint"',
      '{}',
    ]);
  });
  test('a seed keeps every digit', () => {
    expect(parseInfotext('a\nSteps: 1, Seed: 6687881544318117707, Size: 64x64').get('Seed')).toBe(
      '6687881544318117707',
    );
  });
  test('names of prototypes are only names', () => {
    const read = parseInfotext(`a\n${LAST}, __proto__: x, constructor: y`);
    expect(Object.fromEntries(read)).toHaveProperty('constructor', 'y');
    expect(Object.getOwnPropertyDescriptor(Object.fromEntries(read), '__proto__')?.value).toBe('x');
  });
  test('styles are left in when the second pass holds others', () => {
    const extractStyles = (prompt: string, negativePrompt: string) => ({
      styles: prompt.endsWith(', oil') ? ['Oil'] : [],
      prompt: prompt.replace(/, oil$/, ''),
      negativePrompt,
    });
    const same = parseInfotext(`a, oil\n${LAST}, Hires prompt: "b, oil"`, { extractStyles });
    expect([same.get('Prompt'), same.get('Hires prompt'), same.get('Styles array')]).toEqual(['a', 'b', ['Oil']]);
    const other = parseInfotext(`a, oil\n${LAST}, Hires prompt: b`, { extractStyles });
    expect([other.get('Prompt'), other.has('Styles array')]).toEqual(['a, oil', false]);
  });
  test('old behaviours come with old versions only', () => {
    const read = (version: string) => parseInfotext(`[a:b:3]\n${LAST}, Refiner: x, Version: ${version}`);
    expect(read('v1.5.2').get('Old prompt editing timelines')).toBe(true);
    expect(read('v1.6.0').has('Old prompt editing timelines')).toBe(false);
    expect(read('v1.7.0').get('Refiner switch by sampling steps')).toBe(true);
    expect(read('nonsense').has('Downcast alphas_cumprod')).toBe(false);
  });
  test('asked-for names are left out', () => {
    expect(parseInfotext(`a\n${LAST}`, { skip: ['Seed', 'Prompt'] }).has('Seed')).toBe(false);
  });
});

test('what is written is read back', () => {
  const prompt = 'a cat, <lora:x:1>\nsecond line';
  const text = writeInfotext({
    prompt,
    negativePrompt: 'bad: "things"',
    steps: 4,
    sampler: 'Euler',
    scheduleType: 'Automatic',
    cfgScale: 7,
    seed: 2n ** 64n - 1n,
    width: 64,
    height: 128,
    extra: [['Hires prompt', 'x, y: "z"\nw']],
  });
  const read = parseInfotext(text);
  expect([read.get('Prompt'), read.get('Negative prompt')]).toEqual([prompt, 'bad: "things"']);
  expect([read.get('CFG scale'), read.get('Seed'), read.get('Size-1'), read.get('Size-2')]).toEqual([
    '7.0',
    '18446744073709551615',
    '64',
    '128',
  ]);
  expect(read.get('Hires prompt')).toBe('x, y: "z"\nw');
});
