import { describe, expect, test } from 'vitest';
import { ModelError } from '../errors/index.ts';
import { inferConditioning, stateOf, type Conditioning, type TextComponent, type TowerUse } from './conditioning.ts';
import type { TextTower } from './text-tower.ts';
import type { UNetConfig } from './unet-config.ts';

/** Real widths of the published checkpoints. */
const UNETS = {
  SD1: { vector: 0, projection: 'conv', context: 768 },
  SD2: { vector: 0, projection: 'linear', context: 1024 },
  SDXL: { vector: 2816, projection: 'linear', context: 2048 },
  'SDXL refiner': { vector: 2560, projection: 'linear', context: 1280 },
} as const;
const TOWERS = {
  SD1: { te1: [768, 0] },
  SD2: { te1: [1024, 1024] },
  SDXL: { te1: [768, 0], te2: [1280, 1280] },
  'SDXL refiner': { te2: [1280, 1280] },
} as const;

type Towers = Readonly<Partial<Record<TextComponent, readonly [width: number, pooled: number]>>>;

function infer(unet: object, towers: Towers): Conditioning {
  const tower = (component: TextComponent): TextTower => {
    const found = towers[component];
    if (!found) throw new ModelError('file', `has no ${component}`);
    return { config: { width: found[0] }, pooled: found[1] } as TextTower;
  };
  return inferConditioning(unet as UNetConfig, tower, 'file');
}

describe('inferConditioning', () => {
  test.each(Object.keys(UNETS) as (keyof typeof UNETS)[])('knows %s by its shapes', (base) => {
    expect(infer(UNETS[base], TOWERS[base]).base).toBe(base);
  });

  test.each<[string, object, Towers]>([
    ['a text encoder of another width', UNETS.SD1, { te1: [1024, 0] }],
    ['the encoder of another base beside a right one', UNETS.SDXL, { te1: [1024, 0], te2: [1280, 1280] }],
    ['no second encoder', UNETS.SDXL, { te1: [768, 0] }],
    ['a vector of no known base', { ...UNETS.SDXL, vector: 2817 }, TOWERS.SDXL],
  ])('refuses %s', (_, unet, towers) => {
    expect(() => infer(unet, towers)).toThrowError(
      expect.objectContaining({ name: 'ModelError', at: 'file' }) as Error,
    );
  });
});

describe('stateOf', () => {
  const at = (state: TowerUse['state'], clipLSkip = false, layers = 12): number =>
    stateOf(
      { component: 'te1', maker: 'openai', state, norm: true, pooled: false },
      { naming: 'hf', layers },
      { clipSkip: 3, clipLSkip },
    );

  test('follows clip skip where the base model does', () => {
    expect([at('clip-skip'), at('penultimate'), at('penultimate-or-skip'), at('penultimate-or-skip', true)]).toEqual([
      3, 2, 2, 3,
    ]);
  });

  test("of SD2's encoder without its last block is the last one", () => {
    expect(at('penultimate', false, 23)).toBe(1);
  });
});
