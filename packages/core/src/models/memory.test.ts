import { describe, expect, test } from 'vitest';
import type { DType } from '../tensor/index.ts';
import { memoryNeed, type MemoryWish } from './memory.ts';
import { checkpointShapes, type KnownBase } from './names/index.ts';

const GB = 1e9;

const wish = (base: KnownBase, side: number, batch = 1, dtype: DType = 'F16'): MemoryWish => ({
  weights: new Map([...checkpointShapes(base)].map(([name, { shape }]) => [name, { dtype, shape }])),
  width: side,
  height: side,
  batch,
});

describe('memoryNeed', () => {
  // Measured peaks of whole runs, which also count what is mapped and rests: SD1 5.7 and 3.3 GB (bench/README.md).
  test.each([
    ['SD1', 512, 'f32', 3.8, 5.7],
    ['SD1', 512, 'stored', 2, 3.3],
    ['SDXL', 1024, 'f32', 10.5, 15],
    ['SDXL', 1024, 'stored', 5.1, 7],
  ] as const)('of %s at %d, %s, is in the range of what is measured', (base, side, mode, least, most) => {
    const need = memoryNeed(wish(base, side), mode) / GB;
    expect(need).toBeGreaterThan(least);
    expect(need).toBeLessThan(most);
  });

  test('grows with size and batch, and halves with the bytes of weights', () => {
    const small = memoryNeed(wish('SD1', 512), 'f32');
    expect(memoryNeed(wish('SD1', 512, 8), 'f32')).toBeGreaterThan(small);
    expect(memoryNeed(wish('SD1', 2048), 'f32')).toBeGreaterThan(small);
    const weights = (dtype: DType): number =>
      memoryNeed(wish('SD1', 8, 1, dtype), 'stored') - memoryNeed({ ...wish('SD1', 8), weights: new Map() }, 'stored');
    expect(weights('F16') / weights('F8_E4M3')).toBeCloseTo(2, 1);
    expect(weights('F64')).toBe(weights('F32'));
  });
});
