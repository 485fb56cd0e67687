import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';
import { createWriter, type Written } from './writer.ts';

const stored = (): Written => createWriter([], { weights: 'stored' });
const plain = (): Written => createWriter([{ name: 'x', dtype: 'f32', shape: ['b', '2*h'] }], { weights: 'f32' });
const store = bytesSource('file', new Uint8Array(64));
const ref = (name: string, dtype: WeightRef['dtype'], offset = 0, from = store): WeightRef => ({
  name,
  dtype,
  shape: [2],
  store: from,
  offset,
  length: 4,
});

describe('nodes and constants', () => {
  test('are made once if equal, by operator, domain, operands and attributes', () => {
    const { writer: w, nodes } = plain();
    const first = w.node('Softmax', ['x'], { axis: 1 });
    expect(w.node('Softmax', ['x'], { axis: 1 })).toBe(first);
    const others = [
      w.node('Softmax', ['x'], { axis: 0 }),
      w.node('Softmax', ['x']),
      w.node('Softmax', [first], { axis: 1 }),
      w.node('Softmax', ['x'], { axis: 1 }, 'com.microsoft'),
      w.node('Softmax', ['x'], { axis: { float: 1 } }),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
    expect(nodes).toHaveLength(6);
  });

  test('numbers are equal bit by bit, and of one shape', () => {
    const { writer: w, constants } = plain();
    const names = [
      w.floats(Float32Array.of(0), [1]),
      w.floats(Float32Array.of(-0), [1]),
      w.floats(Float32Array.of(0), []),
      w.floats(Float32Array.of(NaN), [1]),
      w.ints([0]),
    ];
    expect(new Set(names).size).toBe(5);
    expect(w.floats(Float32Array.of(0), [1])).toBe(names[0]);
    expect(w.ints([0])).toBe(names[4]);
    expect(constants).toHaveLength(5);
    expect(constants.at(-1)).toMatchObject({ data: BigInt64Array.of(0n), shape: [1] });
  });
});

describe('weights', () => {
  test('as f32 are handed over as they shall be, without a node', () => {
    const { writer: w, weights, nodes } = plain();
    for (const dtype of ['F16', 'BF16', 'F32', 'F8_E4M3', 'I64'] as const) w.weight(ref(dtype, dtype));
    expect(weights.map(({ form }) => form)).toEqual(Array.from({ length: 5 }, () => ({ dtype: 'f32' })));
    expect(nodes).toEqual([]);
  });

  test('as stored are widened where they are used, if the runtime can', () => {
    const { writer: w, weights, nodes } = stored();
    const results = (['F16', 'BF16', 'F32', 'F8_E4M3', 'F64'] as const).map((dtype, i) =>
      w.weight(ref(dtype, dtype, 8 * i)),
    );
    expect(weights.map(({ form }) => form.dtype)).toEqual(['stored', 'stored', 'stored', 'stored', 'f32']);
    expect(nodes).toMatchObject([
      { type: 'Cast', ins: ['0:F16'], attrs: { to: 1 } },
      { type: 'Cast', ins: ['1:BF16'], attrs: { to: 1 } },
      { type: 'Cast', ins: ['3:F8_E4M3'], attrs: { to: 1 } },
    ]);
    expect(results).toEqual(['%0', '%1', '2:F32', '%2', '4:F64']);
  });

  test('are one weight if they are the same bytes of the same store seen the same way', () => {
    const { writer: w, weights } = plain();
    const other = bytesSource('file', new Uint8Array(64));
    const names = [
      w.weight(ref('w', 'F16')),
      w.weight(ref('w', 'F16', 8)),
      w.weight(ref('w', 'BF16')),
      w.weight({ ...ref('w', 'F16'), shape: [2, 1] }),
      w.weight(ref('w', 'F16', 0, other)),
    ];
    expect(new Set(names).size).toBe(5);
    expect(w.weight(ref('w', 'F16'))).toBe(names[0]);
    expect(weights.map((weight) => weight.name)).toEqual(names);
  });
});

describe('reshape', () => {
  test('to the same shape is nothing; else a constant list where that will do', () => {
    const { writer: w, nodes, constants } = plain();
    expect(w.reshape('x', ['b', 2], ['b', 2])).toBe('x');
    expect(nodes).toEqual([]);
    w.reshape('x', ['b', '2*h'], ['b', 'h', 2]);
    expect(nodes).toMatchObject([{ type: 'Reshape', ins: ['x', '#0'] }]);
    expect(constants[0]!.data).toEqual(BigInt64Array.of(0n, -1n, 2n));
  });

  test('to more than one unknown size computes them', () => {
    const { writer: w, nodes } = plain();
    w.reshape('x', ['b', '2*h'], ['h', 'b', 2]);
    expect(nodes.map((node) => node.type)).toEqual(['Shape', 'Gather', 'Div', 'Gather', 'Concat', 'Reshape']);
  });
});
