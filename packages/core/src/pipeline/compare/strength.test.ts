import { describe, expect, test } from 'vitest';
import { parseAdapterTag } from '../../adapters/index.ts';
import { parseNetworks } from '../../text/index.ts';
import { hasTags, tagsOf, withStrength } from './strength.ts';

describe('withStrength', () => {
  test.each([
    ['<lora:a>', '<lora:a:0.5>'],
    ['<lora:a:1>', '<lora:a:0.5>'],
    ['<lyco:a:1:0.3>', '<lyco:a:0.5>'],
    ['<lora:a:1:0.3:8>', '<lora:a:0.5:0.5:8>'],
    ['<lora:a:te=1:unet=0.3:dyn=8>', '<lora:a:0.5:dyn=8>'],
    ['<lora:a:1:lbw=MIDD:start=3>', '<lora:a:0.5:lbw=MIDD:start=3>'],
    ['<lora:a:1:1,0,0,0,0,0,0,0,0,0,0,0>', '<lora:a:0.5:1,0,0,0,0,0,0,0,0,0,0,0>'],
    ['<lora:a:0@0,1@0.5>', '<lora:a:0.5>'],
    ['<hypernet:a:1>', '<hypernet:a:0.5>'],
    ['a <lora:a:1> b <lora:c:1> (d:1.2) <other:e:1>', 'a <lora:a:0.5> b <lora:c:0.5> (d:1.2) <other:e:1>'],
  ])('%s', (text, expected) => {
    expect(withStrength(text, '0.5')).toBe(expected);
  });

  test('gives tags that are read with that strength', () => {
    for (const text of ['<lora:a>', '<lora:a:1:2:3>', '<lora:a:te=2>', '<lora:a:1:lbw=MIDD>']) {
      const [tag] = parseNetworks([withStrength(text, '0.25')]).found.get('lora')!;
      expect(parseAdapterTag(tag!)).toMatchObject({ name: 'a', te: 0.25, unet: 0.25 });
    }
  });

  test('keeps a rank', () => {
    const [tag] = parseNetworks([withStrength('<lora:a:1:2:3>', '0.25')]).found.get('lora')!;
    expect(parseAdapterTag(tag!).dyn).toBe(3);
  });
});

test('tags are found, and nothing else', () => {
  expect(tagsOf('a <lora:b:1> <x:c> <lora:> < lora:d>')).toEqual(['<lora:b:1>']);
  expect([hasTags('<lyco:a>'), hasTags('a cat'), hasTags('<lora:'.repeat(100_000))]).toEqual([true, false, false]);
});
