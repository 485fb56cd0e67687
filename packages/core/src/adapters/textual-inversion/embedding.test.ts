import { describe, expect, test } from 'vitest';
import { AdapterError, FormatError } from '../../errors/index.ts';
import type { ModelFile, PickleValue } from '../../formats/index.ts';
import { numel } from '../../tensor/index.ts';
import { checkWidth, embedding, embeddingChecksum, fitsWidth, readEmbedding } from './embedding.ts';

/** (((a·k + b) mod 7) − 3)/10 at element k. */
function ramp(shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: numel(shape) }, (_, k) => (((3 * k + 1) % 7) - 3) / 10);
}

function file(shapes: Readonly<Record<string, readonly number[]>>, value?: PickleValue): ModelFile {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const read = async (): Promise<Uint8Array> => new Uint8Array(ramp(shape).buffer);
    return [name, { name, shape, dtype: 'F32', range: undefined, read }] as const;
  });
  return {
    name: 'stem.bin',
    container: value === undefined ? 'safetensors' : 'torch-zip',
    tensors: new Map(tensors),
    metadata: new Map(),
    value,
  };
}

describe('readEmbedding', () => {
  // The forms in which people share concepts: one vector without its first axis among them.
  test.each([
    ['a vector', { '<cat>': [768] }, 1],
    ['a row', { '<cat>': [1, 768] }, 1],
    ['rows', { '<cat>': [3, 768] }, 3],
    ['kohya', { emb_params: [2, 768] }, 2],
    ['A1111', { 'string_to_param.*': [2, 768] }, 2],
    ['the original', { 'string_to_token.*': [], 'string_to_param.*': [1, 768] }, 1],
  ])('%s', async (_, shapes, count) => {
    const found = await readEmbedding(file(shapes), 'stem');
    expect(found).toMatchObject({ name: 'stem', count, width: 768 });
    expect(found.vectors).toMatchObject({ kind: 'single', vec: { shape: [count, 768], data: ramp([count, 768]) } });
  });

  test('the stem is the word, whatever the file says of itself', async () => {
    const value: PickleValue = new Map<PickleValue, PickleValue>([
      ['name', 'other'],
      ['step', 10],
      ['sd_checkpoint', 'abcd'],
      ['sd_checkpoint_name', 7],
    ]);
    const found = await readEmbedding(file({ 'string_to_param.*': [1, 4] }, value), 'stem');
    expect(found).toMatchObject({ name: 'stem', step: 10, checkpoint: 'abcd', checkpointName: undefined });
  });

  test('a pair for SDXL is as wide as both', async () => {
    const found = await readEmbedding(file({ clip_g: [2, 1280], clip_l: [2, 768] }), 'stem');
    expect(found).toMatchObject({ width: 2048, count: 2, vectors: { kind: 'pair' } });
  });

  test.each([
    ['two words', { '<x>': [768], '<y>': [768] }, 'not-a-model'],
    ['two placeholders', { 'string_to_param.*': [1, 4], 'string_to_param.+': [1, 4] }, 'not-a-model'],
    ['nothing', {}, 'not-a-model'],
    ['a bare tensor', { '': [1, 768] }, 'not-a-model'],
    ['a convolution', { weight: [4, 4, 3, 3] }, 'not-a-model'],
    ['a scalar', { x: [] }, 'unsupported'],
    ['no vector', { x: [0, 768] }, 'unsupported'],
    ['a LoRA', { 'lora_unet_x.lora_down.weight': [1, 4], 'lora_unet_x.lora_up.weight': [4, 1] }, 'not-a-model'],
    ['unequal pairs', { clip_l: [1, 768], clip_g: [2, 1280] }, 'unsupported'],
  ] as const)('refuses %s', async (_, shapes, fault) => {
    await expect(readEmbedding(file(shapes), 'stem')).rejects.toMatchObject({ name: 'FormatError', fault });
  });
});

describe('width', () => {
  const one = embedding('word', { kind: 'single', vec: { shape: [1, 768], data: new Float32Array(768) } });

  test('fits its own encoder only', () => {
    expect(fitsWidth(one, 768)).toBe(true);
    expect(fitsWidth(one, 1024)).toBe(false);
    expect(() => checkWidth(one, 768)).not.toThrow();
  });

  test('another encoder is refused with both numbers and what to do', () => {
    expect(() => checkWidth(one, 1024)).toThrowError(AdapterError);
    expect(() => checkWidth(one, 1024)).toThrowError(/768.*1024/);
    expect(() => checkWidth(one, 1024)).toThrowError(
      expect.objectContaining({ adapter: 'word', hint: expect.stringContaining('SD1') as string }),
    );
  });
});

describe('embeddingChecksum', () => {
  const sum = (values: readonly number[]): string =>
    embeddingChecksum({ shape: [values.length], data: Float32Array.from(values) });

  // r = 0·281 ⊕ 1·997, then 997·281 ⊕ −2·997 mod 2³².
  test.each([
    [[], '0000'],
    [[0.01], '03e5'],
    [[0.019], '03e5'],
    [[0.01, -0.02], ((((997 * 281) ^ (-2 * 997)) >>> 0) & 0xffff).toString(16).padStart(4, '0')],
    [[NaN], '0000'],
  ])('%j', (values, expected) => {
    expect(sum(values)).toBe(expected);
  });

  test('order matters', () => {
    expect(sum([0.5, 0.25])).not.toBe(sum([0.25, 0.5]));
  });
});

test('errors of files are FormatErrors', async () => {
  await expect(readEmbedding(file({}), 'stem')).rejects.toBeInstanceOf(FormatError);
});
