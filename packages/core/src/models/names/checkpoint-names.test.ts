import { describe, expect, test } from 'vitest';
import { checkpointShapes } from './architecture.ts';
import { checkpointNames } from './checkpoint-names.ts';
import { checkpointToDiffusers } from './convert.ts';

type Shapes = Map<string, { readonly shape: readonly number[] }>;

/** A base model as one file in diffusers' spelling. */
function spelled(base: Parameters<typeof checkpointShapes>[0], prefixed = true): Shapes {
  const { parts } = checkpointToDiffusers(checkpointShapes(base));
  return new Map(
    [...parts].flatMap(([part, list]) =>
      list.map(({ key, shape }) => [prefixed ? `${part}.${key}` : key, { shape }] as const),
    ),
  );
}

const NETWORK = /^(model\.diffusion_model|first_stage_model)\./;

describe.each(['SD1', 'SD2', 'SDXL', 'SDXL refiner'] as const)('%s', (base) => {
  const own = [...checkpointShapes(base)].filter(([key]) => NETWORK.test(key));
  const names = [...checkpointNames(spelled(base))!.values()];

  test('UNet and VAE get the names and shapes of a checkpoint', () => {
    const made = new Map(names.filter(({ name }) => NETWORK.test(name)).map(({ name, shape }) => [name, { shape }]));
    expect(made).toEqual(new Map(own));
  });

  test('the text encoders keep their names, each at its place', () => {
    const places = new Set(
      names
        .map(({ name }) => /^(.*?)text_model\.|^(.*)text_projection/.exec(name))
        .flatMap((m) => m?.[1] ?? m?.[2] ?? []),
    );
    expect([...places]).toEqual(
      base === 'SDXL'
        ? ['conditioner.embedders.0.transformer.', 'conditioner.embedders.1.transformer.']
        : base === 'SDXL refiner'
          ? ['conditioner.embedders.1.transformer.']
          : ['cond_stage_model.transformer.'],
    );
  });
});

test('networks alone stay alone', () => {
  const { parts } = checkpointToDiffusers(checkpointShapes('SDXL'));
  for (const [part, sign] of [
    ['unet', 'output_blocks.2.2.conv.weight'],
    ['vae', 'decoder.up.3.upsample.conv.weight'],
  ] as const) {
    const names = checkpointNames(new Map(parts.get(part)!.map(({ key, shape }) => [key, { shape }])))!;
    expect([...names.values()].map(({ name }) => name)).toContain(sign);
  }
});

test('other files are left alone', () => {
  expect(checkpointNames(checkpointShapes('SD1'))).toBeUndefined();
  expect(
    checkpointNames(new Map([['text_model.embeddings.token_embedding.weight', { shape: [1, 1] }]])),
  ).toBeUndefined();
});

test('what has no place keeps its name', () => {
  const file = spelled('SD1');
  file.set('v_pred', { shape: [0] }).set('unet.other.weight', { shape: [1] });
  const names = checkpointNames(file)!;
  expect(names.get('v_pred')?.name).toBe('v_pred');
  expect(names.get('unet.other.weight')?.name).toBe('unet.other.weight');
});
