import { describe, expect, test } from 'vitest';
import { checkpointShapes } from './architecture.ts';
import { checkpointToDiffusers, diffusersToCheckpoint } from './convert.ts';
import { unetToDiffusers, unetToLdm } from './unet-names.ts';
import { vaeToDiffusers, vaeToLdm } from './vae-names.ts';

describe.each(['SD1', 'SD2', 'SDXL', 'SDXL refiner'] as const)('%s', (base) => {
  const tensors = checkpointShapes(base);
  const { parts, dropped } = checkpointToDiffusers(tensors);

  test('diffusers to checkpoint undoes checkpoint to diffusers', () => {
    const shapes = new Map(
      [...parts].map(([part, list]) => [part, new Map(list.map(({ key, shape }) => [key, { shape }]))]),
    );
    const back = diffusersToCheckpoint(shapes, base);
    const kept = [...tensors.keys()].filter((key) => !dropped.includes(key));
    expect(back.dropped).toEqual([]);
    // The oldest spelling of SD1's text encoder has one name more; all written files have it.
    expect(new Set(back.tensors.map(({ key }) => key))).toEqual(new Set(kept));
    for (const { key, shape } of back.tensors) expect(shape, key).toEqual(tensors.get(key)!.shape);
  });

  test('only the block that is never run, and what is no weight, is dropped', () => {
    expect(dropped.filter((key) => !/resblocks\.23\.|logit_scale|text_projection/.test(key))).toEqual([]);
    expect(dropped.length).toBe(base === 'SD2' ? 14 : base === 'SD1' ? 0 : 1);
  });
});

test('packed projections are put together in the order q, k, v', () => {
  const at = 'text_model.encoder.layers.0.self_attn.';
  const shapes = new Map(['k', 'v', 'q'].map((name) => [`${at}${name}_proj.weight`, { shape: [4, 4] }]));
  const [packed] = diffusersToCheckpoint(new Map([['text_encoder', shapes]]), 'SD2').tensors;
  expect(packed).toMatchObject({
    key: 'cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight',
    shape: [12, 4],
  });
  expect(packed!.from.map(({ key }) => key)).toEqual(['q', 'k', 'v'].map((name) => `${at}${name}_proj.weight`));
});

test('a part that the layout has no place for is reported', () => {
  const parts = new Map([['text_encoder_2', new Map([['text_projection.weight', { shape: [4, 4] }]])]]);
  expect(diffusersToCheckpoint(parts, 'SD1')).toEqual({
    tensors: [],
    dropped: ['text_encoder_2/text_projection.weight'],
  });
});

test.each([
  ['encoder.mid_block.attentions.0.query.weight', 'encoder.mid.attn_1.q.weight'],
  ['decoder.mid_block.attentions.0.proj_attn.bias', 'decoder.mid.attn_1.proj_out.bias'],
])('old VAE name %s', (old, ldm) => {
  expect(vaeToLdm(old)).toBe(ldm);
  expect(vaeToLdm(vaeToDiffusers(ldm))).toBe(ldm);
});

test('what stands behind attention is numbered after it', () => {
  expect(unetToLdm('up_blocks.0.upsamplers.0.conv.weight', () => false)).toBe('output_blocks.2.1.conv.weight');
  expect(unetToLdm('up_blocks.0.upsamplers.0.conv.weight', () => true)).toBe('output_blocks.2.2.conv.weight');
});

test.each(['', 'input_blocks', 'middle_block.1', 'decoder.conv_in.weight', 'constructor'])(
  '%j is no name of a UNet',
  (name) => {
    expect(unetToDiffusers(name)).toBeUndefined();
    expect(unetToLdm(name, () => true)).toBeUndefined();
  },
);
