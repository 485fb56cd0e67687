import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { shapesOf } from '../testing/vitest/shapes.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { approxNn, hasApproxNn } from './approx-nn.ts';

const SHAPES = shapesOf((p) => approxNn(p, input('latent', ['b', 4, 5, 8])));

describe('approxNn', () => {
  test('makes pictures twice the size of their latents', () => {
    const scope = createScope(shapesOnly(SHAPES), { model: 'file' });
    expect(approxNn(scope, input('latent', ['b', 4, 5, 8])).shape).toEqual(['b', 3, 10, 16]);
  });

  test('is known by its layers', () => {
    const known = [SHAPES, { ...SHAPES, 'conv1.weight': [8, 4, 3, 3] }, {}].map((shapes) =>
      hasApproxNn(createScope(shapesOnly(shapes), { model: 'file' })),
    );
    expect(known).toEqual([true, false, false]);
  });
});
