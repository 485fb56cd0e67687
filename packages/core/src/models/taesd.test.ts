import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { evaluate } from '../testing/vitest/run.ts';
import { madeUpWeights, shapesOf } from '../testing/vitest/shapes.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { hasTaesdDecoder, hasTaesdEncoder, taesdDecoder, taesdEncoder, taesdWeights } from './taesd.ts';

const latent = input('latent', ['b', 4, 'h', 'w']);
const DECODER = shapesOf((p) => taesdDecoder(p, latent));
const ENCODER = shapesOf((p) => taesdEncoder(p, input('pixels', ['b', 3, '8*h', '8*w'])));

describe('the tiny autoencoder', () => {
  test('makes pictures eight times the size of their latents, and back', () => {
    const [decoder, encoder] = [DECODER, ENCODER].map((shapes) => createScope(shapesOnly(shapes), { model: 'file' }));
    expect(taesdDecoder(decoder!, latent).shape).toEqual(['b', 3, '8*h', '8*w']);
    expect(taesdEncoder(encoder!, input('pixels', ['b', 3, '8*h', '8*w'])).shape).toEqual(['b', 4, 'h', 'w']);
  });

  test('is known by its layers', () => {
    const known = [DECODER, ENCODER, {}].map((shapes) =>
      hasTaesdDecoder(createScope(shapesOnly(shapes), { model: 'file' })),
    );
    expect(known).toEqual([true, false, false]);
    const encoders = [DECODER, ENCODER, {}].map((shapes) =>
      hasTaesdEncoder(createScope(shapesOnly(shapes), { model: 'file' })),
    );
    expect(encoders).toEqual([false, true, false]);
  });

  test('is read under the names of diffusers', () => {
    const [decoder, encoder] = [shapesOnly(DECODER), shapesOnly(ENCODER)];
    const both = new Map([
      ...[...decoder].map(([name, ref]) => {
        const [number, ...rest] = name.split('.');
        return [`decoder.layers.${[Number(number) - 1, ...rest].join('.')}`, ref] as const;
      }),
      ...[...encoder].map(([name, ref]) => [`encoder.layers.${name}`, ref] as const),
    ]);
    expect(taesdWeights(both, 'decoder')).toEqual(decoder);
    expect(taesdWeights(both, 'encoder')).toEqual(encoder);
    expect(taesdWeights(decoder, 'decoder')).toBe(decoder);
  });

  test('sees no latent as larger than 3', async () => {
    const picture = taesdDecoder(createScope(madeUpWeights(DECODER), { model: 'tiny' }), latent);
    const at = (value: number) =>
      evaluate({ picture }, { latent: tensor([1, 4, 1, 1], new Float32Array(4).fill(value)) });
    expectClose((await at(100)).picture.data, (await at(1000)).picture.data, { abs: 0, rel: 0 });
  });
});
