import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeSafetensors } from '@graft/core/formats';
import { describeModel } from '@graft/core/models';
import { diffusersName, diffusersPath, readDiffusersFolder } from './diffusers-folder.ts';
import { openLibrary } from './library.ts';
import { configOf } from './model-config.ts';
import { openModel } from './models.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-diffusers-'));
});
afterEach(async () => rm(root, { recursive: true }));

type Shapes = Readonly<Record<string, readonly number[]>>;

async function put(file: string, content: Shapes | object | string, isJson = true): Promise<void> {
  const path = join(root, file);
  await mkdir(dirname(path), { recursive: true });
  if (typeof content === 'string') return writeFile(path, content);
  if (isJson) return writeFile(path, JSON.stringify(content));
  const tensors = Object.entries(content as Shapes).map(([name, shape]) => ({
    name,
    shape,
    dtype: 'F16' as const,
    read: async () => new Uint8Array(2 * shape.reduce((a, b) => a * b, 1)),
  }));
  const parts: Uint8Array[] = [];
  for await (const chunk of writeSafetensors(tensors, new Map()).chunks()) parts.push(chunk);
  return writeFile(path, Buffer.concat(parts));
}
const weights = (file: string, shapes: Shapes): Promise<void> => put(file, shapes, false);

const UNET: Shapes = {
  'conv_in.weight': [4, 4, 3, 3],
  'down_blocks.0.resnets.0.conv1.weight': [4, 4, 3, 3],
  'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight': [4, 768],
};
const VAE: Shapes = {
  'decoder.mid_block.resnets.0.conv1.weight': [4, 4, 3, 3],
  'decoder.conv_in.weight': [8, 4, 3, 3],
};
const TEXT: Shapes = { 'text_model.embeddings.token_embedding.weight': [8, 768] };
const INDEX = {
  _class_name: 'StableDiffusionPipeline',
  unet: ['diffusers', 'UNet2DConditionModel'],
  vae: ['diffusers', 'AutoencoderKL'],
  text_encoder: ['transformers', 'CLIPTextModel'],
  safety_checker: [null, null],
};

async function putModel(folder: string): Promise<string> {
  await put(`${folder}/model_index.json`, INDEX);
  await weights(`${folder}/unet/diffusion_pytorch_model.safetensors`, UNET);
  await weights(`${folder}/vae/diffusion_pytorch_model.safetensors`, VAE);
  await weights(`${folder}/text_encoder/model.safetensors`, TEXT);
  return join(root, folder);
}

describe('a folder', () => {
  test('is opened as one checkpoint, by its path or that of its index', async () => {
    const path = await putModel('pipe');
    for (const name of [path, join(path, 'model_index.json')]) {
      const model = await openModel(name);
      expect(model.file.name).toBe('pipe');
      expect([...model.weights.keys()].toSorted()).toEqual([
        'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight',
        'first_stage_model.decoder.conv_in.weight',
        'first_stage_model.decoder.mid.block_1.conv1.weight',
        'model.diffusion_model.input_blocks.0.0.weight',
        'model.diffusion_model.input_blocks.1.0.in_layers.2.weight',
        'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight',
      ]);
      expect(describeModel(model.file)).toMatchObject({ kind: 'checkpoint', bases: ['SD1'] });
      await model.close();
      const { store, offset } = model.weights.get('first_stage_model.decoder.conv_in.weight')!;
      await expect(store.read(offset, offset + 1)).rejects.toMatchObject({ code: 'file' });
    }
  });

  test('is one entry of the library, found by its name', async () => {
    await putModel('ui/models/Stable-diffusion/sub/pipe');
    const library = await openLibrary({ roots: [join(root, 'ui')], cache: join(root, 'cache') });
    expect(library.entries()).toHaveLength(1);
    const entry = library.find('checkpoint', 'pipe');
    expect(entry).toMatchObject({ isFolder: true, file: 'sub/pipe', stem: 'pipe', bases: ['SD1'], problem: undefined });
    expect(entry.what).toMatch(/diffusers/);
  });

  test('in the cache of the hub is called by its model', () => {
    expect(diffusersName('/a/models--org--some-model/snapshots/0123abc')).toBe('some-model');
    expect(diffusersName('/a/models--some-model/snapshots/0123abc/')).toBe('some-model');
    expect(diffusersName('/a/snapshots/pipe')).toBe('pipe');
  });

  test('without an index is none', async () => {
    expect(await diffusersPath(root)).toBeUndefined();
    expect(await diffusersPath(join(root, 'none', 'model_index.json'))).toBeUndefined();
    await expect(openModel(root)).rejects.toMatchObject({ code: 'file' });
  });
});

describe('the files of a network', () => {
  const choose = async (...names: string[]): Promise<readonly string[]> => {
    await put('model_index.json', { unet: INDEX.unet });
    for (const name of names)
      await put(
        `unet/${name}`,
        name.endsWith('.json') ? { weight_map: { a: 'x-1.bin', b: 'x-2.bin', c: 'x-1.bin' } } : '',
      );
    return (await readDiffusersFolder(root)).files.get('unet')!.map((path) => path.slice(root.length + 6));
  };

  test.each([
    [
      'diffusion_pytorch_model.safetensors',
      [
        'diffusion_pytorch_model.bin',
        'diffusion_pytorch_model.fp16.safetensors',
        'diffusion_pytorch_model.non_ema.safetensors',
      ],
    ],
    ['diffusion_pytorch_model.bin', ['diffusion_pytorch_model.fp16.safetensors', 'config.json.txt']],
    [
      'diffusion_pytorch_model.fp16.safetensors',
      ['diffusion_pytorch_model.fp16.bin', 'diffusion_pytorch_model.non_ema.safetensors'],
    ],
    ['diffusion_pytorch_model.non_ema.bin', ['model.onnx']],
    ['pytorch_model.bin', ['flax_model.msgpack']],
  ])('%s before %j', async (best, others) => {
    expect(await choose(...others, best)).toEqual([best]);
  });

  test.each([
    'diffusion_pytorch_model.safetensors.index.json',
    'model.safetensors.index.fp16.json',
    'pytorch_model.bin.index.json',
  ])('in pieces by %s', async (list) => {
    expect(await choose(list)).toEqual(['x-1.bin', 'x-2.bin']);
  });

  test.each(['../x.bin', '/etc/passwd', '..', 'a\\b', '', 7, 'a/b'])(
    'are not taken from elsewhere: %j',
    async (piece) => {
      await put('model_index.json', { unet: INDEX.unet });
      await put('unet/model.safetensors.index.json', { weight_map: { a: piece } });
      await expect(readDiffusersFolder(root)).rejects.toMatchObject({ name: 'FormatError', fault: 'bad-header' });
    },
  );

  test('are missed', async () => {
    await put('unet/config.json', {});
    await expect(choose()).rejects.toMatchObject({ name: 'ModelError' });
  });
});

test.each<[string, object]>([
  [
    'FluxPipeline',
    { _class_name: 'FluxPipeline', transformer: ['diffusers', 'FluxTransformer2DModel'], vae: INDEX.vae },
  ],
  ['ChatGLMModel', { ...INDEX, text_encoder: ['kolors', 'ChatGLMModel'] }],
  ['UNet3DConditionModel', { ...INDEX, unet: ['diffusers', 'UNet3DConditionModel'] }],
])('a pipeline with other networks is refused by name: %s', async (name, index) => {
  await put('model_index.json', index);
  await expect(openModel(root)).rejects.toMatchObject({
    name: 'ModelError',
    message: expect.stringContaining(name) as string,
  });
});

test.each(['', '[]', '{', '"text"', 'null'])('a broken index is told: %j', async (text) => {
  await put('model_index.json', text);
  await expect(openModel(root)).rejects.toMatchObject({ name: 'FormatError', fault: 'bad-header' });
});

describe('the scheduler', () => {
  test.each([
    [
      { prediction_type: 'v_prediction', rescale_betas_zero_snr: true },
      { prediction: 'v', zeroTerminal: true },
    ],
    [{ prediction_type: 'epsilon' }, { prediction: 'epsilon', zeroTerminal: false }],
    [{}, { prediction: 'epsilon', zeroTerminal: false }],
  ])('%j tells of the noise', async (config, stated) => {
    await put('model_index.json', INDEX);
    await put('scheduler/scheduler_config.json', config);
    expect(await configOf(root)).toEqual({ ...stated, name: 'scheduler_config.json' });
  });

  test('may be missing, or ask for what Graft does not have', async () => {
    await put('model_index.json', INDEX);
    expect(await configOf(root)).toBeUndefined();
    await put('scheduler/scheduler_config.json', { prediction_type: 'sample' });
    await expect(configOf(root)).rejects.toMatchObject({ fault: 'unsupported' });
  });
});
