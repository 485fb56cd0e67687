import { expect, test } from 'vitest';
import { madeModel } from '../testing/vitest/model-file.ts';
import { asCheckpoint, joinDiffusers } from './diffusers.ts';

const f16 = (...shape: number[]): { readonly dtype: 'F16'; readonly shape: readonly number[] } => ({
  dtype: 'F16',
  shape,
});
const UNET = 'down_blocks.0.resnets.0.conv1';
const VAE = 'decoder.mid_block';

test('weights are renamed where they lie', async () => {
  const vae = await madeModel('v', {
    [`${VAE}.resnets.0.conv1.weight`]: f16(4, 4, 3, 3),
    [`${VAE}.attentions.0.to_q.weight`]: f16(4, 4),
  });
  const { file, weights } = asCheckpoint(vae);
  const name = 'decoder.mid.attn_1.q.weight';
  const before = vae.weights.get(`${VAE}.attentions.0.to_q.weight`)!;
  expect(weights.get(name)).toEqual({ ...before, name, shape: [4, 4, 1, 1] });
  expect(weights.get(name)!.store).toBe(before.store);
  expect(file.tensors.get(name)).toMatchObject({ name, shape: [4, 4, 1, 1] });
});

test('a checkpoint stays as it is', async () => {
  const model = await madeModel('m', { 'model.diffusion_model.input_blocks.0.0.weight': f16(4, 4, 3, 3) });
  expect(asCheckpoint(model)).toBe(model);
});

test('the networks of a folder make one checkpoint, shard by shard', async () => {
  const shards = [
    await madeModel('a', { [`${UNET}.weight`]: f16(4, 4, 3, 3) }),
    await madeModel('b', { [`${UNET}.bias`]: f16(4) }),
  ];
  const text = await madeModel('t', { 'text_model.embeddings.token_embedding.weight': f16(8, 4) });
  const { file, weights } = joinDiffusers(
    'folder',
    new Map([
      ['unet', shards],
      ['text_encoder', [text]],
    ]),
  );
  expect(file.name).toBe('folder');
  expect([...weights.keys()]).toEqual([
    'model.diffusion_model.input_blocks.1.0.in_layers.2.weight',
    'model.diffusion_model.input_blocks.1.0.in_layers.2.bias',
    'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight',
  ]);
  expect([...file.tensors.keys()]).toEqual([...weights.keys()]);
});
