import { expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { fill, madeModel, type MadeTensor } from '../testing/vitest/index.ts';
import { openAdapter } from './open.ts';

const UQ = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
const WHOLE = { [`${UQ}.lokr_w1`]: fill(1, [2, 2]), [`${UQ}.lokr_w2`]: fill(2, [3, 3]) };
const PRODUCT = {
  [`${UQ}.lokr_w1`]: fill(1, [2, 2]),
  [`${UQ}.lokr_w2_a`]: fill(2, [3, 1]),
  [`${UQ}.lokr_w2_b`]: fill(3, [1, 3]),
};
const alpha = (value: number): Record<string, MadeTensor> => ({
  [`${UQ}.alpha`]: tensor([], Float32Array.of(value)),
});

test.each([
  ['alpha is not the dim', { ...WHOLE, ...alpha(1) }, { ss_network_dim: '32' }, 1],
  ['alpha is the dim', { ...WHOLE, ...alpha(32) }, { ss_network_dim: '32' }, 0],
  ['there is no alpha', WHOLE, { ss_network_dim: '32' }, 0],
  ['no dim is known', { ...WHOLE, ...alpha(1) }, {}, 0],
  ['the dim is no number', { ...WHOLE, ...alpha(1) }, { ss_network_dim: 'Dynamic' }, 0],
  ['a factor is a product', { ...PRODUCT, ...alpha(1) }, { ss_network_dim: '32' }, 0],
])('is told of LoKr layers stored whole: %s', async (_, tensors, metadata, notes) => {
  expect((await openAdapter(await madeModel('a', tensors, metadata))).notes).toHaveLength(notes);
});

test('says by how much the strength may be too high', async () => {
  const model = await madeModel('a', { ...WHOLE, ...alpha(1) }, { ss_network_dim: '32' });
  expect((await openAdapter(model)).notes[0]).toContain('0.031');
});
