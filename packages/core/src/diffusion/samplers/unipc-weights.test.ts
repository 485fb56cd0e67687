import { describe, expect, test } from 'vitest';
import { uniPcWeights, VARIANTS } from './unipc-weights.ts';

describe('uniPcWeights', () => {
  test.each(VARIANTS)('%s has one weight a difference', (variant) => {
    for (const ratios of [[], [-0.9], [-0.9, -2.1], [-0.9, -2.1, -3.4]]) {
      const weights = uniPcWeights({ variant, ratios, h: 0.4 });
      expect(weights.predictor).toHaveLength(ratios.length);
      expect(weights.corrector).toHaveLength(ratios.length);
      expect(Number.isFinite(weights.newest)).toBe(true);
    }
  });

  test('of order 3, predictor and corrector integrate a model value that is linear in λ exactly', () => {
    // m(λ) = λ − λ₀:  ∫ e^(λ−λ_t)·(λ − λ₀) dλ over the step h, as D_k·r_k = m_k: every difference is h.
    const h = 0.4;
    const exact = h - 1 + Math.exp(-h);
    for (const variant of ['bh1', 'bh2']) {
      const { predictor, corrector, newest } = uniPcWeights({ variant, ratios: [-0.9, -2.1], h });
      const predicted = -predictor.reduce((sum, weight) => sum + weight * h, 0);
      const corrected = -corrector.reduce((sum, weight) => sum + weight * h, 0) - newest * h;
      expect(predicted).toBeCloseTo(exact, 10);
      expect(corrected).toBeCloseTo(exact, 10);
    }
  });
});
