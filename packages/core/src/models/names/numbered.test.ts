import { expect, test } from 'vitest';
import { knownNames } from './architecture.ts';
import { numberedModules } from './numbered.ts';

const sd1 = knownNames('SD1');

test('the first trainer met 144 layers of the UNet, the middle last', () => {
  const modules = numberedModules('unet', sd1);
  expect(modules).toHaveLength(144);
  expect(modules[0]!.diffusers).toBe('down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q');
  expect(modules[4]!.diffusers).toMatch(/ff\.net\.0\.proj$/);
  expect(modules.at(-1)!.diffusers).toBe('mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0');
});

test('and 48 of the text encoder, keys first', () => {
  const modules = numberedModules('te1', sd1);
  expect(modules).toHaveLength(48);
  expect(modules[0]!.diffusers).toMatch(/k_proj$/);
});

test('the extended set adds residual blocks after the attention of their level', () => {
  const paths = numberedModules('unet', sd1, ['ResnetBlock2D', 'CrossAttention', 'GEGLU']).map(
    ({ diffusers }) => diffusers,
  );
  expect(paths.indexOf('down_blocks.0.resnets.0.conv1')).toBe(18);
  expect(new Set(paths).size).toBe(paths.length);
});

test('classes that the model lacks add nothing', () => {
  expect(numberedModules('unet', sd1, ['Attention'])).toEqual([]);
});
