import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterResolver, createStack, openAdapter, storedWeights } from '@graft/core/adapters';
import { writeSafetensors } from '@graft/core/formats';
import { createCheckpoint } from '@graft/core/models';
import { createNames } from '@graft/core/models/names';
import { generate, loadModel, mergeStack, readRequest } from '@graft/core/pipeline';
import { checkSampler, expectClose, fill, testRuntime } from '@graft/core/testing/vitest';
import { widen } from '@graft/core/tensor';
import { extend, imageCodec, loadExtension, openModel, writeFileAtomically } from '@graft/node';
import { afterAll, describe, expect, test } from 'vitest';
import { midpoint } from '../extension-outer/midpoint.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'graft-extension-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LAYER = 'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_q.weight';
const MODULE = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_q';

const registry = extend([await loadExtension('./examples/extension-outer', root)]);

describe('Midpoint', () => {
  checkSampler(midpoint, { order: 2 });
});

describe('the command', () => {
  const graftIn = (cwd: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(root, 'packages', 'node', 'dist', 'main.js'), ...args], {
      cwd,
      encoding: 'utf8',
    });
  const graft = (...args: string[]): ReturnType<typeof graftIn> => graftIn(root, ...args);

  test('knows an extension that is named, and no other', () => {
    const { status, stdout } = graft('samplers', '--extension', './examples/extension-outer');
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'DPM++ 2M']);
    expect(graft('--help', '--extension=./examples/extension-outer').stdout).toMatch(/^ +samplers +List/m);
    expect(graft('samplers').status).toBe(2);
  });

  test("knows those of its project's configuration, and of no other", () => {
    const path = join(root, 'examples', 'extension-outer');
    writeFileSync(join(folder, 'graft.config.mjs'), `export default { extensions: [${JSON.stringify(path)}] };`);
    const elsewhere = graftIn(folder, 'samplers');
    expect(elsewhere.status).toBe(2);
    expect(elsewhere.stderr).toContain('graft.config.mjs is not read');
    mkdirSync(join(folder, 'node_modules', '@graft'), { recursive: true });
    symlinkSync(join(root, 'packages', 'node'), join(folder, 'node_modules', '@graft', 'node'), 'junction');
    const own = graftIn(folder, 'samplers');
    expect([own.status, own.stderr]).toEqual([0, '']);
    expect(graftIn(folder, 'samplers', '--extension', path).stdout).toBe(own.stdout);
  });

  test('says in a sentence what is wrong with one', () => {
    const { status, stderr } = graft('models', '--extension', './examples/src');
    expect(status).toBe(2);
    expect(stderr).toContain('there is no extension ./examples/src');
  });
});

describe('the extension', () => {
  test('its family is opened, merged and drawn with, by its sampler and scheduler', async () => {
    const main = await openModel(join(root, 'models', 'Stable-diffusion', 'stickers.safetensors'));
    const ref = main.weights.get(LAYER)!;
    const [out = 0, into = 0] = ref.shape;
    const [rows, columns] = [fill(1, [out]), fill(2, [into])];
    const path = join(folder, 'outer.safetensors');
    const read = (data: Float32Array) => async () => new Uint8Array(data.buffer);
    const file = writeSafetensors([
      { name: `${MODULE}.outer_rows`, dtype: 'F32', shape: [out], read: read(rows.data) },
      { name: `${MODULE}.outer_columns`, dtype: 'F32', shape: [into], read: read(columns.data) },
    ]);
    await writeFileAtomically(path, file.chunks());

    const opened = await openModel(path);
    await expect(openAdapter(opened)).rejects.toMatchObject({ code: 'adapter' });
    const adapter = await openAdapter(opened, { inline: true, families: registry.families });
    expect(adapter.modules.map(({ family }) => family)).toEqual(['outer']);
    expect(adapter.unclaimed).toEqual([]);

    const names = createNames(main.weights);
    const resolve = adapterResolver(adapter, names);
    const stack = await createStack([{ adapter, resolve, te: 1, unet: 0.5 }], storedWeights(main.weights, names));
    const runtime = await testRuntime();
    const merged = mergeStack(runtime, stack, main, names);
    const [before, after] = await Promise.all([floats(main, LAYER), floats(merged, LAYER)]);
    expectClose(
      after,
      before.map((w, i) => w * (1 + 0.5 * rows.data[Math.floor(i / into)]! * columns.data[i % into]!)),
    );

    const picture = async (model: typeof main | typeof merged): Promise<{ text: string; data: Uint8Array }> => {
      const loaded = await loadModel(runtime, createCheckpoint({ main: model }), {
        name: 'stickers',
        hash: () => Promise.resolve(undefined),
        tiling: false,
      });
      const body = { prompt: 'a fox', steps: 2, seed: 1, width: 64, height: 64 };
      const wish = { ...body, sampler_name: 'Midpoint', scheduler: 'Linear' };
      const context = {
        models: { open: () => Promise.resolve(loaded) },
        codec: imageCodec(),
      };
      const request = readRequest('txt2img', wish, () => new Uint8Array());
      const pictures = generate(request, { ...context, randomSeed: () => 0n, ...registry });
      for await (const one of pictures) {
        await loaded.networks.release();
        return { text: one.infotext, data: one.picture.data };
      }
      throw new Error('no picture');
    };
    const plain = await picture(main);
    const changed = await picture(merged);
    expect(plain.text).toContain('Sampler: Midpoint, Schedule type: Linear');
    expect(new Set(plain.data).size).toBeGreaterThan(16);
    expect(changed.data).not.toEqual(plain.data);
    await main.close();
    await opened.close();
    // Two models are loaded whole.
  }, 60_000);
});

async function floats(
  model: Pick<Awaited<ReturnType<typeof openModel>>, 'weights'>,
  key: string,
): Promise<Float32Array> {
  const { dtype, store, offset, length } = model.weights.get(key)!;
  return widen(dtype, await store.read(offset, offset + length));
}
