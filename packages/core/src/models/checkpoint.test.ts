import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import { openModelFile, type ModelFile, type TensorEntry } from '../formats/index.ts';
import { weightOf } from '../graph/index.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { createCheckpoint, weightRefs, type OpenedModel, type Part } from './checkpoint.ts';

const SIGNS: Readonly<Record<Part, string>> = {
  unet: 'input_blocks.0.0.weight',
  text: 'embeddings.token_embedding.weight',
  vae: 'decoder.conv_in.weight',
};

function model(name: string, ...names: string[]): OpenedModel {
  const file: ModelFile = { name, container: 'safetensors', tensors: new Map(), metadata: new Map(), value: undefined };
  return { file, weights: shapesOnly(Object.fromEntries(names.map((key) => [key, [1]]))) };
}

describe('createCheckpoint', () => {
  test.each<[Part, string]>([
    ['unet', 'model.diffusion_model.'],
    ['unet', ''],
    ['text', 'cond_stage_model.transformer.text_model.'],
    ['text', 'cond_stage_model.transformer.'],
    ['text', 'text_model.'],
    ['text', ''],
    ['vae', 'first_stage_model.'],
    ['vae', ''],
  ])('finds the part %s below "%s"', (part, prefix) => {
    const main = model('main', prefix + SIGNS[part]);
    const { scope } = createCheckpoint({ main });
    expect(weightOf(scope(part).weight(SIGNS[part], [1]))).toBe(main.weights.get(prefix + SIGNS[part]));
  });

  test('takes a part from the file given for it, whatever the main file holds', () => {
    const main = model('main', `first_stage_model.${SIGNS.vae}`, `cond_stage_model.transformer.${SIGNS.text}`);
    const [vae, text] = [model('vae', SIGNS.vae), model('text', `text_model.${SIGNS.text}`)];
    const { scope } = createCheckpoint({ main, vae, text });
    expect(weightOf(scope('vae').weight(SIGNS.vae, [1]))).toBe(vae.weights.get(SIGNS.vae));
    expect(weightOf(scope('text').weight(SIGNS.text, [1]))).toBe(text.weights.get(`text_model.${SIGNS.text}`));
  });

  test.each<[Part, string]>([
    ['unet', 'graft inspect'],
    ['text', '--text-encoder'],
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
