import { describe, expect, test } from 'vitest';
import { parseNetworks } from '../text/index.ts';
import { parseBlocks } from './blocks.ts';
import { parseElements } from './elements.ts';
import { isScheduled, lastMentions, layerRatio, parseAdapterTag, strengthsAt, type AdapterTag } from './tags.ts';

const tag = (text: string): AdapterTag => parseAdapterTag(parseNetworks([text]).found.get('lora')![0]!);

describe('parseAdapterTag', () => {
  test.each([
    ['<lora:a>', { name: 'a', te: 1, unet: 1 }],
    ['<lora:a:0.5>', { name: 'a', te: 0.5, unet: 0.5 }],
    ['<lora:a:0.5:1.5>', { name: 'a', te: 0.5, unet: 1.5 }],
    ['<lora:a:1:1:2>', { name: 'a', te: 1, unet: 1, dyn: 2 }],
    ['<lora:a:0.8:dyn=1>', { name: 'a', te: 0.8, unet: 0.8, dyn: 1 }],
    ['<lora:a:0.3:unet=0.9:te=0.1>', { name: 'a', te: 0.1, unet: 0.9 }],
    ['<lora:a:te=0.1>', { name: 'a', te: 0.1, unet: 0.1 }],
    ['<lora:a:1:lbw=MIDD>', { name: 'a', te: 1, unet: 1, blocks: parseBlocks('MIDD') }],
    ['<lora:a:1:w=MIDD>', { name: 'a', te: 1, unet: 1, blocks: parseBlocks('MIDD') }],
    ['<lora:a:1:MIDD>', { name: 'a', te: 1, unet: 1, blocks: parseBlocks('MIDD') }],
    ['<lora:a:1:0.5:MIDD>', { name: 'a', te: 1, unet: 0.5, blocks: parseBlocks('MIDD') }],
    [
      '<lora:a:1:lbw=X,0,0,0,0,0,0,0,0,0,0,0:x=3>',
      { name: 'a', te: 1, unet: 1, blocks: parseBlocks(`3${',0'.repeat(11)}`) },
    ],
    ['<lora:a:1:lbwe=ATTNDEEPOFF>', { name: 'a', te: 1, unet: 1, elements: parseElements('ATTNDEEPOFF') }],
    [
      '<lora:a:1:MIDD:ATTNDEEPOFF>',
      { name: 'a', te: 1, unet: 1, blocks: parseBlocks('MIDD'), elements: parseElements('ATTNDEEPOFF') },
    ],
    ['<lora:a:1:step=2-4>', { name: 'a', te: 1, unet: 1, range: { start: 2, stop: 4 } }],
    ['<lora:a:1:hr=0.5>', { name: 'a', te: 1, unet: 1, hires: { te: 0.5, unet: 0.5 } }],
    ['<lora:a:1:0.7:hrunet=0.2>', { name: 'a', te: 1, unet: 0.7, hires: { te: 1, unet: 0.2 } }],
    ['<lora:a:1:other=7>', { name: 'a', te: 1, unet: 1, unread: ['other=7'] }],
    ['<lora:a:1:step=4>', { name: 'a', te: 1, unet: 1, unread: ['step=4'] }],
    ['<lora:a:1:2:3:4:5:te=6>', { name: 'a', te: 6, unet: 2, dyn: 3, unread: ['4', '5'] }],
  ])('%s', (text, expected) => {
    expect(tag(text)).toEqual(expected);
  });

  test.each([
    ['<lora:a:b>', 'te'],
    ['<lora:a:1:b>', 'unet'],
    ['<lora:a:1:1:1.5>', 'dyn'],
    ['<lora:a:1:lbw=1,2>', 'lbw'],
    ['<lora:a:1:lbwe=IN01>', 'lbwe'],
    ['<lora::1>', 'prompt'],
  ])('%s is refused: %s', (text, field) => {
    expect(() => tag(text)).toThrow(expect.objectContaining({ code: 'request', field }));
  });

  test('mentions of one name have what the last of them says', () => {
    const tags = lastMentions([tag('<lora:a:0.2>'), tag('<lora:b:0.3>'), tag('<lora:a:0.9:dyn=2>')]);
    expect(tags.map(({ name, unet, dyn }) => [name, unet, dyn])).toEqual([
      ['a', 0.9, 2],
      ['b', 0.3, undefined],
      ['a', 0.9, 2],
    ]);
  });
});

test('layers have the weight of their elements, else of their block', () => {
  const ratio = layerRatio(tag('<lora:a:1:lbw=MIDD:lbwe=ATTNDEEPOFF>'))!;
  const of = (ldm: string): number => ratio({ component: 'unet', ldm, diffusers: ldm });
  expect(of('input_blocks.5.1.transformer_blocks.0.attn1.to_q')).toBe(0);
  expect(of('input_blocks.5.1.proj_in')).toBe(1);
  expect(of('input_blocks.1.1.proj_in')).toBe(0);
  expect(layerRatio(tag('<lora:a:1>'))).toBeUndefined();
});

describe('strengthsAt', () => {
  test('a range of steps silences the UNet only, and the text has its strength from the start', () => {
    const one = tag('<lora:a:0@0,1@1:0.5:start=3>');
    expect([0, 1, 2].map((step) => strengthsAt(one, { step, steps: 6 }))).toEqual([
      { te: 0, unet: 0 },
      { te: 0, unet: 0 },
      { te: 0, unet: 0.5 },
    ]);
  });

  test('the second pass has strengths of its own where they are given', () => {
    const one = tag('<lora:a:1:hr=0.5>');
    expect(strengthsAt(one, { step: 0, steps: 4, hires: true })).toEqual({ te: 0.5, unet: 0.5 });
    expect(strengthsAt(one, { step: 0, steps: 4 })).toEqual({ te: 1, unet: 1 });
  });

  test('what changes during a run', () => {
    expect(
      ['<lora:a:1>', '<lora:a:1:stop=3>', '<lora:a:0@0,1@1>', '<lora:a:0@0,1@1:0.5>'].map((text) =>
        isScheduled(tag(text)),
      ),
    ).toEqual([false, true, true, false]);
  });
});
