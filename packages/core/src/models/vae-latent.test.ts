import { describe, expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { SD_LATENT_SCALE, SDXL_LATENT_SCALE, sampleLatent } from './vae-latent.ts';

/** Two pictures of two latent channels, one pixel each: means, then logarithms of variances. */
const MOMENTS = tensor([2, 4, 1, 1], Float32Array.of(1, 2, 0, Math.log(4), 3, 4, Math.log(9), Math.log(16)));

describe('sampleLatent', () => {
  test('is scale·(mean + deviation·noise)', () => {
    const { shape, data } = sampleLatent(MOMENTS, 10, Float32Array.of(1, -1, 2, 0.5));
    expect(shape).toEqual([2, 2, 1, 1]);
    expectClose(data, [20, 0, 90, 60]);
  });

  test('without noise is the mean', () => {
    expectClose(
      sampleLatent(MOMENTS, SD_LATENT_SCALE).data,
      [1, 2, 3, 4].map((mean) => mean * 0.18215),
    );
    expectClose(
      sampleLatent(MOMENTS, SDXL_LATENT_SCALE).data,
      [1, 2, 3, 4].map((mean) => mean * 0.13025),
    );
  });

  test('keeps the logarithms of variances between −30 and 20', () => {
    const wild = tensor([1, 4, 1, 1], Float32Array.of(0, 0, -1000, 1000));
    expectClose(sampleLatent(wild, 1, Float32Array.of(1, 1)).data, [Math.exp(-15), Math.exp(10)], {
      abs: 0,
      rel: 1e-6,
    });
  });
});
