import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import { openModelFile, type ModelFile, type TensorEntry } from '../formats/index.ts';
import { weightOf } from '../graph/index.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { createCheckpoint, weightRefs, type OpenedModel } from './checkpoint.ts';
import type { Component } from './names/index.ts';

const SIGNS: Readonly<Record<Component, string>> = {
  unet: 'input_blocks.0.0.weight',
  te1: 'embeddings.token_embedding.weight',
  te2: 'token_embedding.weight',
  vae: 'decoder.conv_in.weight',
};

function model(name: string, ...names: string[]): OpenedModel {
  const file: ModelFile = { name, container: 'safetensors', tensors: new Map(), metadata: new Map(), value: undefined };
  return { file, weights: shapesOnly(Object.fromEntries(names.map((key) => [key, [1]]))) };
}

describe('createCheckpoint', () => {
  test.each<[Component, string]>([
    ['unet', 'model.diffusion_model.'],
    ['unet', ''],
    ['te1', 'cond_stage_model.transformer.text_model.'],
    ['te1', 'cond_stage_model.transformer.'],
    ['te1', 'conditioner.embedders.0.transformer.text_model.'],
    ['te1', 'text_model.'],
    ['te1', ''],
    ['te2', 'conditioner.embedders.1.model.'],
    ['vae', 'first_stage_model.'],
    ['vae', ''],
  ])('finds the part %s below "%s"', (part, prefix) => {
    const main = model('main', prefix + SIGNS[part]);
    const { scope } = createCheckpoint({ main });
    expect(weightOf(scope(part).weight(SIGNS[part], [1]))).toBe(main.weights.get(prefix + SIGNS[part]));
  });

  test('takes a part from the file given for it, whatever the main file holds', () => {
    const main = model('main', `first_stage_model.${SIGNS.vae}`, `cond_stage_model.transformer.${SIGNS.te1}`);
    const [vae, text] = [model('vae', SIGNS.vae), model('text', `text_model.${SIGNS.te1}`)];
    const { scope } = createCheckpoint({ main, vae, te1: text });
    expect(weightOf(scope('vae').weight(SIGNS.vae, [1]))).toBe(vae.weights.get(SIGNS.vae));
    expect(weightOf(scope('te1').weight(SIGNS.te1, [1]))).toBe(text.weights.get(`text_model.${SIGNS.te1}`));
  });

  test.each<[name: string, tensors: string, sign: string]>([
    ['OpenCLIP', 'token_embedding.weight', 'token_embedding.weight'],
    ['Hugging Face', 'text_model.embeddings.token_embedding.weight', 'text_model.embeddings.token_embedding.weight'],
  ])('takes a second text encoder with the names of %s from its own file', (_, key, sign) => {
    const given = model('given', key);
    const { scope, joined } = createCheckpoint({ main: model('main'), te2: given });
    expect(weightOf(scope('te2').weight(sign, [1]))).toBe(given.weights.get(key));
    expect([...joined().weights.keys()]).toEqual([expect.stringMatching(/^conditioner\.embedders\.1\./)]);
  });

  test.each<[Component, string]>([
    ['unet', 'graft inspect'],
    ['te1', '--text-encoder'],
    ['te2', '--text-encoder-2'],
    ['vae', '--vae'],
  ])('says what helps where the part %s is missing', (part, hint) => {
    const { scope } = createCheckpoint({ main: model('main', 'something.weight') });
    const error = { name: 'ModelError', code: 'model', at: 'main', hint: expect.stringContaining(hint) as unknown };
    expect(() => scope(part)).toThrowError(expect.objectContaining(error) as Error);
  });

  test('names the file given for a part when that lacks it', () => {
    const main = model('main', `first_stage_model.${SIGNS.vae}`);
    const { scope } = createCheckpoint({ main, vae: model('given', 'something.weight') });
    expect(() => scope('vae')).toThrowError(expect.objectContaining({ name: 'ModelError', at: 'given' }) as Error);
  });

  test('hands a door to the scope', () => {
    const seen: string[] = [];
    const { scope } = createCheckpoint({ main: model('main', `first_stage_model.${SIGNS.vae}`) });
    scope('vae', (name, base) => {
      seen.push(name);
      return base;
    }).weight(SIGNS.vae, [1]);
    expect(seen).toEqual([SIGNS.vae]);
  });
});

describe('weightRefs', () => {
  const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }).padEnd(64);
  const bytes = Uint8Array.of(64, 0, 0, 0, 0, 0, 0, 0, ...Array.from(header, (char) => char.charCodeAt(0)), 1, 2, 3, 4);

  test('points at the bytes of tensors in their file', async () => {
    const source = bytesSource('file', bytes);
    const ref = weightRefs(await openModelFile(source), source).get('a')!;
    expect(ref).toMatchObject({ name: 'a', dtype: 'F32', shape: [1], offset: 72, length: 4 });
    expect(ref.store).toBe(source);
    expect(await ref.store.read(ref.offset, ref.offset + ref.length)).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  test('gathers tensors that do not lie in one piece when they are read', async () => {
    let reads = 0;
    const entry: TensorEntry = {
      name: 't',
      dtype: 'F16',
      shape: [2, 1],
      range: undefined,
      read: async () => {
        reads += 1;
        return Uint8Array.of(5, 6, 7, 8);
      },
    };
    const source = bytesSource('file', bytes);
    const file = { ...(await openModelFile(source)), tensors: new Map([['t', entry]]) };
    const ref = weightRefs(file, source).get('t')!;
    expect(ref).toMatchObject({ name: 't', dtype: 'F16', shape: [2, 1], offset: 0, length: 4 });
    expect(reads).toBe(0);
    expect(await ref.store.read(1, 4)).toEqual(Uint8Array.of(6, 7, 8));
    expect(reads).toBe(1);
  });
});
