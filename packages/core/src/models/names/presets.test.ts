import { describe, expect, test } from 'vitest';
import { RequestError } from '../../errors/index.ts';
import { knownNames } from './architecture.ts';
import { presetModules } from './presets.ts';

describe('presetModules', () => {
  test('kohya trains 192 layers of the UNet and 72 of the text encoder of SD1', () => {
    const modules = presetModules('kohya', knownNames('SD1'));
    expect(modules.filter(({ component }) => component === 'unet')).toHaveLength(192);
    expect(modules.filter(({ component }) => component === 'te1')).toHaveLength(72);
  });

  test('every preset is a part of the widest', () => {
    const all = new Set(presetModules('full', knownNames('SDXL')));
    for (const preset of ['kohya', 'full-lin', 'attn-only', 'unet-convblock-only'] as const)
      expect(presetModules(preset, knownNames('SDXL')).every((module) => all.has(module))).toBe(true);
  });

  test('LyCORIS 4 names the time embedding of SD1 twice', () => {
    expect(() => presetModules('full', knownNames('SD1'), { timeClass: true })).toThrowError(RequestError);
    expect(presetModules('attn-mlp', knownNames('SD1'), { timeClass: true })).toHaveLength(266);
    expect(presetModules('full', knownNames('SDXL'), { timeClass: true })).toHaveLength(1052);
  });
});
