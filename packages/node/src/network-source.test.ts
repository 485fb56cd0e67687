import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkSource } from '@graft/core/pipeline';
import { tensor, type Tensor } from '@graft/core/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageCodec } from './images.ts';
import { openLibrary, type Library } from './library.ts';
import { localModels, type LocalModels } from './model-source.ts';
import { localNetworks } from './network-source.ts';
import { writeMadeFile } from './testing/vitest/made-file.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-networks-'));
const loraFile = join(root, 'Lora', 'my-lora.safetensors');
const embeddingFile = join(root, 'embeddings', 'my-word.safetensors');
const beside = join(root, 'beside.safetensors');

const save = (path: string, shapes: Record<string, readonly number[]>, metadata = {}): Promise<void> =>
  writeMadeFile(
    path,
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, halves(shape)])),
    metadata,
  );

const halves = (shape: readonly number[]): Tensor => {
  const made = tensor(shape);
  made.data.fill(0.5);
  return made;
};

let library: Library;
let models: LocalModels;
let networks: NetworkSource;

beforeAll(async () => {
  mkdirSync(join(root, 'Lora'));
  mkdirSync(join(root, 'embeddings'));
  const lora = { 'lora_unet_conv_in.lora_down.weight': [1, 4, 3, 3], 'lora_unet_conv_in.lora_up.weight': [4, 1, 1, 1] };
  await save(loraFile, lora, { ss_output_name: 'alias' });
  await save(beside, lora, { sshs_model_hash: 'abcdef0123456789' });
  for (const folder of ['a', 'b']) await save(join(root, 'Lora', folder, 'twin.safetensors'), lora);
  await save(embeddingFile, { emb_params: [2, 8] });
  library = await openLibrary({ roots: [root], cache: join(root, 'cache') });
  models = localModels({ runtime: new Promise(() => undefined), library });
  networks = localNetworks({
    library,
    files: models,
    codec: imageCodec(),
    adapters: new Map([['other', beside]]),
    embeddings: new Map([['word', embeddingFile]]),
  });
});
afterAll(async () => {
  await models.close();
  rmSync(root, { recursive: true, force: true });
});

describe('networks of this machine', () => {
  test('an adapter is one object by all its names', async () => {
    const found = await networks.adapter('my-lora');
    expect(found).toMatchObject({ name: 'my-lora', network: { modules: [{}] } });
    expect((await networks.adapter('alias'))?.network).toBe(found?.network);
    expect((await networks.adapter(loraFile))?.network).toBe(found?.network);
  });

  test('names that fit other bases as well are not for the guessed base alone', async () => {
    const layer = 'lora_unet_middle_block_1_transformer_blocks_0_attn1_to_q';
    const path = join(root, 'Lora', 'near-middle.safetensors');
    await save(path, { [`${layer}.lora_down.weight`]: [4, 1280], [`${layer}.lora_up.weight`]: [1280, 4] });
    await library.refresh();
    expect((await networks.adapter('near-middle'))!.bases).toEqual(['SDXL', 'SD1', 'SD2']);
  });

  test("PEFT's configuration beside a file scales it, and its folder names it", async () => {
    const layer = 'unet.conv_in';
    const parts = { [`${layer}.lora_A.weight`]: [2, 4, 3, 3], [`${layer}.lora_B.weight`]: [4, 2, 1, 1] };
    for (const [folder, config] of [
      ['peft', '{"r":2,"lora_alpha":6}'],
      ['broken', '{'],
    ] as const) {
      await save(join(root, 'Lora', folder, 'adapter_model.safetensors'), parts);
      writeFileSync(join(root, 'Lora', folder, 'adapter_config.json'), config);
    }
    await library.refresh();
    const { name, network } = (await networks.adapter('peft'))!;
    expect(name).toBe('peft');
    expect(network.modules[0]!.save().get('alpha')).toBe(6);
    expect((await networks.adapter(join(root, 'Lora', 'peft')))!.network).toBe(network);
    await expect(networks.adapter('broken')).rejects.toMatchObject({ fault: 'bad-header' });
  });

  test('of two files of one name one is taken, which is told', async () => {
    const { notes } = (await networks.adapter('twin'))!;
    expect(notes).toMatchObject([expect.stringMatching(/b.twin\.safetensors is taken, and not .*a.twin\.safetensors/)]);
    expect((await networks.adapter('my-lora'))!.notes).toEqual([]);
  });

  test('its hash is that of its tensors, or what its training wrote', async () => {
    const found = await networks.adapter('my-lora');
    const [entry] = library.entries('adapter');
    expect(await found!.hash()).toBe((await library.hashes(entry!)).autov3!.slice(0, 12));
    expect(await (await networks.adapter('other'))!.hash()).toBe('abcdef012345');
  });

  test('unknown names and files of another kind are refused', async () => {
    await expect(networks.adapter('my-lor')).rejects.toMatchObject({ name: 'RequestError', field: 'lora' });
    await expect(networks.adapter(embeddingFile)).rejects.toMatchObject({ name: 'AdapterError' });
    await expect(networks.hypernetwork(loraFile)).rejects.toMatchObject({ fault: 'not-a-model' });
    await expect(networks.adapter(join(root, 'nothing.safetensors'))).rejects.toMatchObject({ code: 'file' });
  });

  test('broken embeddings are listed, and tell what is wrong when they are opened', async () => {
    writeFileSync(join(root, 'embeddings', 'broken.pt'), 'no model');
    await library.refresh();
    const listed = await networks.embeddings();
    const broken = listed.find(({ name }) => name === 'broken');
    await expect(broken!.open()).rejects.toMatchObject({ code: 'format', source: 'broken.pt' });
    rmSync(join(root, 'embeddings', 'broken.pt'));
    await library.refresh();
  });

  test('embeddings are listed by their words, those beside the library too', async () => {
    const listed = await networks.embeddings();
    expect(listed.map(({ name }) => name)).toEqual(['my-word', 'word']);
    expect(await listed[1]!.open()).toMatchObject({ name: 'word', count: 2, width: 8 });
    expect(await listed[0]!.hash()).toBe(await listed[1]!.hash());
  });
});
