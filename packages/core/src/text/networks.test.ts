import { describe, expect, test } from 'vitest';
import { parseNetworks } from './networks.ts';

describe('networks', () => {
  test('tags of the first prompt count, all are taken out', () => {
    const { texts, found } = parseNetworks(['a <lora:x:0.5:unet=1> (<hypernet:h>)', '<lora:y:1>b']);
    expect(texts).toEqual(['a  ()', 'b']);
    expect([...found.keys()]).toEqual(['lora', 'hypernet']);
    expect(found.get('lora')).toEqual([
      { items: ['x', '0.5', 'unet=1'], positional: ['x', '0.5'], named: new Map([['unet', '1']]) },
    ]);
  });

  test('what is no tag stays', () => {
    const text = '<lora:> <:x> <a b:c> < lora:x> <lora:x';
    expect(parseNetworks([text])).toEqual({ texts: [text], found: new Map() });
  });

  test('names of JavaScript’s own are names like others', () => {
    const { found } = parseNetworks(['<__proto__:__proto__=1>']);
    expect(found.get('__proto__')?.[0]?.named.get('__proto__')).toBe('1');
    expect(Object.hasOwn(Object.prototype, '1')).toBe(false);
  });

  test('many open tags take linear time', () => {
    const text = '<a:'.repeat(50_000);
    expect(parseNetworks([text]).texts).toEqual([text]);
  });
});
