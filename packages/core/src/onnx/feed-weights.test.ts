import { describe, expect, test } from 'vitest';
import { input, weight } from '../graph/index.ts';
import { add, mul } from '../ops/index.ts';
import type { DType } from '../tensor/index.ts';
import { memoryWeight } from '../testing/vitest/weights.ts';
import { feedWeights } from './feed-weights.ts';
import { lower } from './lower.ts';

const stored = (name: string, dtype: DType, bytes: number) =>
  weight(memoryWeight(name, dtype, [2], new Uint8Array(bytes)));

describe('fed weights', () => {
  const x = input('x', [2]);
  const [half, brain, float] = [stored('half', 'F16', 4), stored('brain', 'BF16', 4), stored('float', 'F32', 8)];
  const model = lower({ outputs: { y: add(mul(mul(x, half), brain), float), wide: half } }, { weights: 'stored' });
  const [f16, bf16, f32] = model.weights.map(({ name }) => name);

  test('are inputs as they lie where the runtime can be fed that, else float32 that nothing widens', () => {
    const fed = feedWeights(model, new Set());
    expect(fed.weights).toEqual([]);
    expect(fed.inputs).toEqual([
      { name: 'x', dtype: 'f32', shape: [2] },
      { name: f16, dtype: 'f16', shape: [2] },
      { name: bf16, dtype: 'f32', shape: [2] },
      { name: f32, dtype: 'f32', shape: [2] },
    ]);
    expect(fed.nodes.filter(({ type }) => type === 'Cast').map(({ ins }) => ins)).toEqual([[f16]]);
    expect(fed.nodes.flatMap(({ ins }) => ins)).toContain(bf16);
  });

  test('are float32 where that is there, and results stay results', () => {
    const fed = feedWeights(model, new Set([f16!]));
    expect(fed.inputs.map(({ dtype }) => dtype)).toEqual(['f32', 'f32', 'f32', 'f32']);
    expect(fed.nodes.some(({ out }) => out === 'wide')).toBe(true);
  });
});
