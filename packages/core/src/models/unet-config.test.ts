import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_UNET } from '../testing/vitest/tiny.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { inferUNet, type UNetConfig } from './unet-config.ts';
import { unet } from './unet.ts';

const inferred = (shapes: Readonly<Record<string, readonly number[]>>): UNetConfig =>
  inferUNet(createScope(shapesOnly(shapes), { model: 'file' }), 'file');

function shapes(config: UNetConfig): Record<string, readonly number[]> {
  return shapesOf((p) =>
    unet(p, config, {
      x: input('x', ['b', config.inChannels, '2*h', '2*w']),
      t: input('t', ['b']),
      context: input('context', ['r', 'n', config.context]),
      ...(config.vector > 0 ? { vector: input('vector', ['r', config.vector]) } : {}),
    }),
  );
}

/** Channels that heads 64 wide divide. */
const WIDE: UNetConfig = {
  ...TINY_UNET,
  channels: 64,
  input: TINY_UNET.input.map((block) => ({ ...block, channels: block.channels && 64 })),
  output: TINY_UNET.output.map((block) => ({ ...block, channels: 64 })),
  heads: { width: 64 },
  projection: 'linear',
};

describe('inferUNet reads off the shapes of a UNet what made them:', () => {
  test.each<[string, UNetConfig]>([
    ['SD1', TINY_UNET],
    ['inpainting', { ...TINY_UNET, inChannels: 9 }],
    ['pix2pix', { ...TINY_UNET, inChannels: 8 }],
    ['SD2', WIDE],
    ['SDXL', { ...WIDE, vector: 24, middle: 3, input: WIDE.input.with(0, { ...WIDE.input[0]!, depth: 2 }) }],
    [
      'attention where the size doubles',
      { ...TINY_UNET, output: TINY_UNET.output.with(1, { channels: 64, depth: 1, resize: 'up' }) },
    ],
    // Distilled from SDXL: fewer transformers, of other depths on the way up, and half a middle.
    [
      'SSD-1B and Vega',
      {
        ...WIDE,
        vector: 24,
        middle: -1,
        output: WIDE.output.map((block, i) => ({ ...block, depth: i === 2 ? 2 : block.depth })),
      },
    ],
    ['a module without transformers in the middle', { ...TINY_UNET, middle: 0 }],
  ])('%s', (_, config) => {
    expect(inferred(shapes(config))).toEqual(config);
  });

  test('refuses what is none', () => {
    const { 'out.2.weight': _, ...headless } = shapes(TINY_UNET);
    for (const some of [{}, headless])
      expect(() => inferred(some)).toThrowError(
        expect.objectContaining({ name: 'ModelError', code: 'model', at: 'file', hint: expect.any(String) as unknown }),
      );
  });
});
