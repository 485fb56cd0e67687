import { describe, expect, test } from 'vitest';
import { readModelConfig } from './model-config.ts';

const sgm = (scaling: string): string =>
  `model:\n  params:\n    denoiser_config:\n      params:\n        scaling_config:\n          target: sgm.modules.diffusionmodules.denoiser_scaling.${scaling}\n`;

describe('readModelConfig', () => {
  test.each([
    ['v', 'model:\n  params:\n    parameterization: "v"\n'],
    ['v', 'model: {params: {parameterization: v, conditioning_key: crossattn}}'],
    ['v', sgm('VScaling')],
    ['epsilon', sgm('EpsScaling')],
    ['epsilon', 'model:\n  params:\n    parameterization: eps\n'],
    ['epsilon', 'model:\n  params:\n    linear_start: 0.00085\n'],
  ])('tells %s', async (prediction, text) => {
    expect(await readModelConfig(text, 'a.yaml')).toEqual({ prediction, zeroTerminal: false });
  });

  test.each(['', 'just a text', '- a\n- b', 'model: 1', 'model:\n  target: x\n', 'other:\n  parameterization: v\n'])(
    'has nothing to say in %j',
    async (text) => {
      expect(await readModelConfig(text, 'a.yaml')).toBeUndefined();
    },
  );

  test.each([
    ['bad-header', 'model: [1, 2'],
    ['bad-header', 'model:\n  params: *nowhere\n'],
    ['bad-header', bomb()],
    ['too-large', `# ${'x'.repeat(1 << 15)}`],
    ['unsupported', sgm('EDMScaling')],
    ['unsupported', sgm('VScalingWithEDMcNoise')],
  ])('refuses as %s', async (fault, text) => {
    await expect(readModelConfig(text, 'a.yaml')).rejects.toMatchObject({ name: 'FormatError', fault });
  });

  test('a name of JavaScript is no key', async () => {
    expect(await readModelConfig('model: {}\n__proto__: {params: {parameterization: v}}', 'a.yaml')).toBeUndefined();
  });
});

/** Lists of lists of lists: nine lines that mean a billion values. */
function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join()}]`);
  return lines.join('\n');
}
