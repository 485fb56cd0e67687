import { describe, expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { cheapPreview } from './cheap-preview.ts';

describe('cheapPreview', () => {
  test.each(['sd', 'sdxl'] as const)('of %s is linear, pixel by pixel', (base) => {
    const data = randomFloats(2 * 4 * 6, 1);
    const whole = cheapPreview(tensor([2, 4, 2, 3], data), base);
    expect(whole.shape).toEqual([2, 3, 2, 3]);
    expectClose(
      cheapPreview(
        tensor(
          [2, 4, 2, 3],
          data.map((value) => -2 * value),
        ),
        base,
      ).data,
      whole.data.map((value) => -2 * value),
    );
    for (let pixel = 0; pixel < 6; pixel++) {
      const row = Float32Array.from({ length: 4 }, (_, channel) => data[(4 + channel) * 6 + pixel]!);
      const colour = cheapPreview(tensor([1, 4, 1, 1], row), base).data;
      expectClose(
        Array.from(colour, (_, c) => whole.data[(3 + c) * 6 + pixel]!),
        colour,
      );
    }
  });

  test('the bases differ', () => {
    const latent = tensor([1, 4, 1, 1], Float32Array.of(1, 0, 0, 0));
    expectClose(cheapPreview(latent).data, [0.298, 0.207, 0.208]);
    expectClose(cheapPreview(latent, 'sdxl').data, [0.3448, 0.4168, 0.4395]);
  });
});
