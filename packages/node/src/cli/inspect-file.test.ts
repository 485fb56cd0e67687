import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Family } from '@graft/core/adapters';
import { writeImageText, writeSafetensors } from '@graft/core/formats';
import { fill } from '@graft/core/testing/vitest';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFileAtomically } from '../files.ts';
import { imageCodec } from '../images.ts';
import { columnsOf } from './columns.ts';
import { inspectFile } from './inspect-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LAYER = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k';

async function write(
  name: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = join(folder, name);
  const tensors = Object.entries(shapes).map(([key, shape], i) => ({
    name: key,
    dtype: 'F32' as const,
    shape,
    read: async () => new Uint8Array(fill(i + 1, shape).data.buffer),
  }));
  await writeFileAtomically(path, writeSafetensors(tensors, new Map(Object.entries(metadata))).chunks());
  return path;
}

const lora = (): Promise<string> =>
  write(
    'lora.safetensors',
    {
      [`${LAYER}.lora_down.weight`]: [4, 768],
      [`${LAYER}.lora_up.weight`]: [320, 4],
      [`${LAYER}.alpha`]: [],
      'lora_unet_x.diff': [60_000],
      'something.else': [1],
    },
    { ss_network_dim: '4', ss_tag_frequency: '{"1_a":{"my\\u001b[31mcat":9}}', 'modelspec.trigger_phrase': 'mycat' },
  );

describe('inspectFile', () => {
  test('addresses that are not fetched are no missing files', async () => {
    await expect(inspectFile('ftp://server/lora.safetensors')).rejects.toMatchObject({
      code: 'file',
      message: expect.stringContaining('http') as unknown,
    });
  });

  test('wide names in metadata leave columns straight', async () => {
    const path = await write('wide.safetensors', { x: [1] }, { 作者名: 'first', plain: 'second', '🦊': 'third' });
    const { text } = await inspectFile(path);
    const rows = text.split('\n').filter((line) => /first|second|third/.test(line));
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => columnsOf(row.replace(/(first|second|third)$/, '')))).size).toBe(1);
  });

  test("an adapter's folder is its file, with what PEFT's configuration says", async () => {
    const own = join(folder, 'peft');
    mkdirSync(own);
    const parts = { 'unet.conv_in.lora_A.weight': [2, 4, 3, 3], 'unet.conv_in.lora_B.weight': [320, 2, 1, 1] };
    const plain = await write('plain.safetensors', parts);
    await write(join('peft', 'adapter_model.safetensors'), parts);
    const norm = async (path: string): Promise<number> => {
      const { data } = await inspectFile(path, { norms: true });
      return (data['norms'] as { blocks: { norm: number }[] }).blocks[0]!.norm;
    };
    writeFileSync(join(own, 'adapter_config.json'), '{"r":2,"lora_alpha":6}');
    expect((await norm(own)) / (await norm(plain))).toBeCloseTo(3);
    expect((await inspectFile(own)).data).toMatchObject({ peft: { rank: 2, alpha: 6 }, problem: null });
    writeFileSync(join(own, 'adapter_config.json'), '{');
    expect((await inspectFile(own)).data).toMatchObject({
      peft: null,
      problem: expect.stringContaining('JSON') as unknown,
    });
  });

  test('tells of an adapter what it does, how it was trained and what does not fit', async () => {
    const { text, data } = await inspectFile(await lora(), { norms: true });
    expect(data).toMatchObject({
      event: 'model',
      kind: 'adapter',
      bases: ['SD1'],
      adapter: { modulesByFamily: { lora: 1, full: 1 }, ranks: { 4: 1 } },
      triggerWords: ['mycat'],
      training: [{ name: 'rank', value: '4' }],
      names: { base: 'SD1', unmatched: ['lora_unet_x'] },
      unclaimed: ['something.else'],
      norms: { blocks: [{ block: 'IN01', modules: 1 }], left: 1 },
      embedding: null,
    });
    expect(Object.keys(data['alphas'] as object)).toHaveLength(1);
    expect(data['hashes']).toMatchObject({ autov2: expect.stringMatching(/^[0-9a-f]{10}$/) as unknown });
    expect(data['kohya']).toMatchObject({ model: (data['hashes'] as { autov3: string }).autov3 });
    expect(text).toContain('mycat');
    expect(text).not.toContain('\u001b');
  });

  test('of a file on a server only the beginning is fetched, unless more is asked for', async () => {
    const bytes = readFileSync(await lora());
    let fetched = 0;
    const server = createServer(({ headers }, response) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')!;
      const last = Math.min(Number(end), bytes.length - 1);
      fetched += last - Number(start) + 1;
      response.writeHead(206, { 'content-range': `bytes ${start}-${last}/${bytes.length}` });
      response.end(bytes.subarray(Number(start), last + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lora.safetensors`;
    try {
      expect((await inspectFile(url)).data).toMatchObject({ kind: 'adapter', alphas: null, norms: null, hashes: null });
      expect(fetched).toBe(65_536);
      const { data } = await inspectFile(url, { hashes: true });
      expect(data['hashes']).toEqual((await inspectFile(await lora())).data['hashes']);
    } finally {
      server.close().closeAllConnections();
    }
  });

  test('of an adapter that brings embeddings, their words', async () => {
    const pair = { [`${LAYER}.lora_down.weight`]: [4, 768], [`${LAYER}.lora_up.weight`]: [320, 4] };
    const path = await write('bundle.safetensors', { ...pair, 'bundle_emb.my word.string_to_param.*': [2, 768] });
    const { data, text } = await inspectFile(path);
    expect(data).toMatchObject({ brings: ['my word'], problem: null });
    expect(text).toMatch(/brings +1 embedding: my word/);
  });

  test('of an adapter whose shapes no model can use, why', async () => {
    const path = await write('ranks.safetensors', {
      [`${LAYER}.lora_down.weight`]: [2, 768],
      [`${LAYER}.lora_up.weight`]: [320, 4],
    });
    const { data, text } = await inspectFile(path);
    expect(data).toMatchObject({ kind: 'adapter', problem: expect.stringContaining('lora_up') as unknown });
    expect(text).toMatch(/problem +ranks/);
  });

  test('of an adapter with a number that is none, its tensor, where all of them are read', async () => {
    const key = `${LAYER}.lora_down.weight`;
    const path = await write('nan.safetensors', { [key]: [2, 768], [`${LAYER}.lora_up.weight`]: [320, 2] });
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length - 4 * 320 * 2 - 4, bytes.length - 4 * 320 * 2);
    writeFileSync(path, bytes);
    expect((await inspectFile(path)).data).toMatchObject({ problem: null });
    const { data, text } = await inspectFile(path, { norms: true });
    expect(data).toMatchObject({ problem: expect.stringContaining(`${key} holds numbers`) as unknown });
    expect(text).not.toContain('NaN');
  });

  test('of an embedding and a hypernetwork, their sizes', async () => {
    const embedding = await write('cat.safetensors', { emb_params: [2, 768] });
    expect((await inspectFile(embedding)).data).toMatchObject({
      kind: 'embedding',
      embedding: { name: 'cat', count: 2, width: 768, lengths: [expect.any(Number), expect.any(Number)] },
    });
    const layers: Record<string, readonly number[]> = {};
    for (const side of ['8.0', '8.1']) {
      layers[`${side}.linear.0.weight`] = [16, 8];
      layers[`${side}.linear.0.bias`] = [16];
      layers[`${side}.linear.1.weight`] = [8, 16];
      layers[`${side}.linear.1.bias`] = [8];
    }
    const { data, text } = await inspectFile(await write('hyper.safetensors', layers));
    expect(data).toMatchObject({
      kind: 'hypernetwork',
      hypernetwork: { widths: [8], structure: { layers: [1, 2, 1] } },
      problem: null,
    });
    expect(text).toMatch(/activation +linear/);
  });

  test('a file that only looks like something says what is wrong', async () => {
    const path = await write('odd.safetensors', { '8.0.linear.0.weight': [3, 3] });
    const { data, text } = await inspectFile(path);
    expect(data).toMatchObject({ kind: 'hypernetwork', hypernetwork: null, problem: expect.any(String) as unknown });
    expect(text).toMatch(/problem/);
  });

  test('of a picture its parameters, and no embedding where there is none', async () => {
    const picture = { width: 16, height: 16, channels: 3 as const, data: new Uint8Array(16 * 16 * 3) };
    const bytes = writeImageText(await imageCodec().encode(picture, 'png'), {
      infotext: 'a cat\nSteps: 4, Sampler: Euler, CFG scale: 7, Seed: 1',
    });
    const path = join(folder, 'a.png');
    writeFileSync(path, bytes);
    const { data } = await inspectFile(path);
    expect(data).toMatchObject({ event: 'picture', type: 'png', parameters: { Steps: '4' }, embedding: null });
  });
});

describe('with an extension', () => {
  const outer: Family = {
    name: 'outer',
    parts: ['outer_rows', 'outer_columns'],
    detect: () => true,
    open: () => {
      throw new Error('is not opened');
    },
  };
  const extensions = [{ apiVersion: 1 as const, name: 'outer', families: [outer] }];

  test('a file of its family is told as an adapter, and others as ever', async () => {
    const path = await write('outer.safetensors', { [`${LAYER}.outer_rows`]: [2], [`${LAYER}.outer_columns`]: [3] });
    expect((await inspectFile(path)).data).toMatchObject({ kind: 'unknown' });
    expect((await inspectFile(path, { extensions })).data).toMatchObject({ kind: 'adapter', what: 'outer adapter' });
    expect(await inspectFile(await lora(), { extensions })).toEqual(await inspectFile(await lora()));
  });
});
