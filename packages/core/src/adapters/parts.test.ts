import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { tensor } from '../tensor/index.ts';
import { fill } from '../testing/vitest/index.ts';
import { createParts, FEW, hostParts } from './parts.ts';

const TENSORS = new Map([
  ['diff', fill(1, [4, 5])],
  ['alpha', tensor([], Float32Array.of(3))],
]);

describe('createParts', () => {
  test('a part that is taken is claimed, and no other', () => {
    const claimed: string[] = [];
    const parts = createParts('file', 'layer', hostParts('layer', TENSORS), (key) => claimed.push(key));
    expect([parts.has('diff'), parts.has('diff_b'), parts.get('diff_b')]).toEqual([true, false, undefined]);
    expect(claimed).toEqual([]);
    expect(parts.get('diff')!.shape).toEqual([4, 5]);
    expect(parts.number('alpha')).toBe(3);
    expect(parts.number('scale')).toBeUndefined();
    expect(claimed).toEqual(['layer.diff', 'layer.alpha']);
    expect([...parts.shapes.keys()]).toEqual(['diff', 'alpha']);
  });

  test('a part that is needed and not there is named, with what stands beside it', () => {
    const parts = createParts('file', 'layer', hostParts('layer', TENSORS));
    expect(() => parts.need('lora_up.weight')).toThrowError(
      expect.objectContaining({
        name: 'AdapterError',
        key: 'layer.lora_up.weight',
        message: expect.stringContaining('layer.diff') as unknown,
      }),
    );
    expect(parts.need('diff').key).toBe('layer.diff');
  });

  test('what is no single number is none', () => {
    const parts = createParts(
      'file',
      'layer',
      hostParts(
        'layer',
        new Map([
          ['alpha', fill(1, [2])],
          ['scale', fill(1, [FEW + 1])],
        ]),
      ),
    );
    for (const part of ['alpha', 'scale'])
      expect(() => parts.number(part)).toThrowError(
        expect.objectContaining({ name: 'AdapterError', key: `layer.${part}` }),
      );
  });
});

test('hostParts: small tensors are known by their numbers, and leaves may be inputs', () => {
  const made = hostParts('layer', TENSORS, (key, { shape }) => input(key, shape));
  expect(made.get('diff')!.data).toBeUndefined();
  expect(Array.from(made.get('alpha')!.data!)).toEqual([3]);
  expect(made.get('diff')!.value.shape).toEqual([4, 5]);
});
