import { describe, expect, test } from 'vitest';
import { weight } from '../graph/index.ts';
import type { OpenedModel } from '../models/index.ts';
import { createNames, type Component, type NameTable } from '../models/names/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose, fill, madeModel, runOutputs, type MadeTensor } from '../testing/vitest/index.ts';
import { openAdapter } from './open.ts';
import { adapterResolver } from './resolve.ts';
import { createStack, storedWeights, type Applied, type Stack, type StackOptions } from './stack.ts';

const Q = 'input_blocks.1.1.transformer_blocks.0.attn1.to_q';
const F = 'input_blocks.1.1.transformer_blocks.0.ff.net.2';
const UQ = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
const UF = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_ff_net_2';
const TQ = 'lora_te_text_model_encoder_layers_0_self_attn_q_proj';
const T = 'transformer.resblocks.0.attn';

interface Model {
  readonly opened: OpenedModel;
  readonly names: NameTable;
}

/** A few layers of an SD2 model: a UNet's and a packed attention. */
async function model(): Promise<Model> {
  const opened = await madeModel('model', {
    'model.diffusion_model.input_blocks.0.0.weight': fill(1, [2, 4, 3, 3]),
    [`model.diffusion_model.${Q}.weight`]: fill(2, [3, 4]),
    [`model.diffusion_model.${F}.weight`]: fill(3, [3, 4]),
    [`model.diffusion_model.${F}.bias`]: fill(4, [3]),
    'cond_stage_model.model.token_embedding.weight': fill(5, [7, 2]),
    [`cond_stage_model.model.${T}.in_proj_weight`]: fill(6, [6, 2]),
    [`cond_stage_model.model.${T}.in_proj_bias`]: fill(7, [6]),
    'cond_stage_model.model.transformer.resblocks.1.ln_1.weight': fill(8, [2]),
  });
  return { opened, names: createNames(opened.weights) };
}

async function applied(
  { names }: Model,
  tensors: Record<string, MadeTensor>,
  strengths: Partial<Applied> = {},
): Promise<Applied> {
  const adapter = await openAdapter(await madeModel('adapter', tensors));
  return { adapter, resolve: adapterResolver(adapter, names), te: 1, unet: 1, ...strengths };
}

function stackOf({ opened, names }: Model, list: readonly Applied[], options: StackOptions = {}): Promise<Stack> {
  return createStack(list, storedWeights(opened.weights, names), options);
}

/** The changed weight of a key. */
async function merged(stack: Stack, component: Component, key: string): Promise<Float32Array> {
  const graph = stack.merge(component, [key]);
  return (await runOutputs({ w: graph.outputs[key]! })).w!.data;
}

const lora = (layer: string, alpha = 2): Record<string, MadeTensor> => ({
  [`${layer}.lora_down.weight`]: fill(9, [2, 4]),
  [`${layer}.lora_up.weight`]: fill(10, [3, 2]),
  [`${layer}.alpha`]: tensor([], Float32Array.of(alpha)),
});
const ia3 = (layer: string): Record<string, MadeTensor> => ({
  [`${layer}.weight`]: fill(11, [4]),
  [`${layer}.on_input`]: tensor([], Float32Array.of(1)),
});

describe('createStack', () => {
  test('adapters that add make the sum of their deltas, whatever the order', async () => {
    const one = await model();
    const [a, b] = [
      await applied(one, lora(UQ), { unet: 0.7 }),
      await applied(one, { [`${UQ}.diff`]: fill(12, [3, 4]) }, { unet: -0.4 }),
    ];
    const base = fill(2, [3, 4]).data;
    const alone = async (list: readonly Applied[]): Promise<Float32Array> =>
      merged(await stackOf(one, list), 'unet', `${Q}.weight`);
    const [da, db] = [await alone([a]), await alone([b])];
    const sum = base.map((x, i) => da[i]! + db[i]! - x);
    expectClose(await alone([a, b]), sum);
    expectClose(await alone([b, a]), sum);
  });

  test('the second sees what the first has changed, or the model’s own weight if so wanted', async () => {
    const one = await model();
    const [a, b] = [await applied(one, lora(UQ)), await applied(one, ia3(UQ))];
    const base = fill(2, [3, 4]).data;
    const scale = fill(11, [4]).data;
    const delta = (await merged(await stackOf(one, [a]), 'unet', `${Q}.weight`)).map((x, i) => x - base[i]!);
    expectClose(
      await merged(await stackOf(one, [a, b]), 'unet', `${Q}.weight`),
      base.map((x, i) => (x + delta[i]!) * (1 + scale[i % 4]!)),
    );
    expectClose(
      await merged(await stackOf(one, [b, a]), 'unet', `${Q}.weight`),
      base.map((x, i) => x * (1 + scale[i % 4]!) + delta[i]!),
    );
    const pristine = await stackOf(one, [a, b], { from: 'pristine' });
    expectClose(
      await merged(pristine, 'unet', `${Q}.weight`),
      base.map((x, i) => x * (1 + scale[i % 4]!) + delta[i]!),
    );
  });

  test('the text encoder has a strength of its own', async () => {
    const one = await model();
    const text = { [`${TQ}.diff`]: fill(13, [2, 2]) };
    const stack = await stackOf(one, [await applied(one, { ...lora(UQ), ...text }, { te: 0, unet: 1 })]);
    expect(stack.touched('te1')).toEqual([]);
    expect(stack.touched('unet')).toEqual([`${Q}.weight`]);
  });

  test('a projection of a packed attention changes its third of the rows', async () => {
    const one = await model();
    const parts = {
      [`${TQ.replace('q_proj', 'k_proj')}.diff`]: fill(13, [2, 2]),
      [`${TQ.replace('q_proj', 'v_proj')}.diff_b`]: fill(14, [2]),
    };
    const stack = await stackOf(one, [await applied(one, parts, { te: 0.5 })]);
    const [w, b] = [fill(6, [6, 2]).data, fill(7, [6]).data];
    const [dw, db] = [fill(13, [2, 2]).data, fill(14, [2]).data];
    expectClose(
      await merged(stack, 'te1', `${T}.in_proj_weight`),
      w.map((x, i) => x + (i >= 4 && i < 8 ? dw[i - 4]! / 2 : 0)),
    );
    expectClose(
      await merged(stack, 'te1', `${T}.in_proj_bias`),
      b.map((x, i) => x + (i >= 4 ? db[i - 4]! / 2 : 0)),
    );
  });

  test('a projection that is stored transposed, and is no layer, changes transposed', async () => {
    const opened = await madeModel('xl', {
      'model.diffusion_model.input_blocks.0.0.weight': fill(1, [2, 4, 3, 3]),
      'conditioner.embedders.1.model.token_embedding.weight': fill(2, [7, 4]),
      'conditioner.embedders.1.model.text_projection': tensor([4, 3]),
      'conditioner.embedders.1.model.transformer.resblocks.0.ln_1.weight': fill(3, [4]),
    });
    const one = { opened, names: createNames(opened.weights) };
    const diff = fill(4, [3, 4]);
    const stack = await stackOf(one, [await applied(one, { 'lora_te2_text_projection.diff': diff })]);
    expect(stack.touched('te2')).toEqual(['text_projection']);
    const turned = Float32Array.from({ length: 12 }, (_, i) => diff.data[(i % 3) * 4 + Math.floor(i / 3)]!);
    expectClose(await merged(stack, 'te2', 'text_projection'), turned, { abs: 1e-6, rel: 1e-6 });
  });

  test('strength 0 leaves the stored weight itself; live, it is an input and equals merging', async () => {
    const one = await model();
    const none = await stackOf(one, [await applied(one, lora(UQ), { unet: 0 })]);
    const ref = one.opened.weights.get(`model.diffusion_model.${Q}.weight`)!;
    const stored = weight(ref);
    expect(none.door('unet')(`${Q}.weight`, stored)).toBe(stored);
    expect(none.touched('unet')).toEqual([]);
    const list = [await applied(one, lora(UQ), { unet: 0.3 }), await applied(one, ia3(UQ), { unet: -0.5 })];
    const live = await stackOf(one, list, { live: true });
    const outputs = { w: live.door('unet')(`${Q}.weight`, stored) };
    const fixed = await merged(await stackOf(one, list), 'unet', `${Q}.weight`);
    expectClose((await runOutputs(outputs, live.feeds())).w!.data, fixed);
    const off = live.feeds([
      { te: 0, unet: 0 },
      { te: 0, unet: 0 },
    ]);
    expect((await runOutputs(outputs, off)).w!.data).toEqual(fill(2, [3, 4]).data);
  });

  test('biases change too, and a layer without one gets one', async () => {
    const one = await model();
    const bias = fill(15, [3]);
    const stack = await stackOf(one, [
      await applied(one, { [`${UF}.diff_b`]: bias, [`${UQ}.diff_b`]: bias }, { unet: 2 }),
    ]);
    const own = fill(4, [3]).data;
    expectClose(
      await merged(stack, 'unet', `${F}.bias`),
      own.map((x, i) => x + 2 * bias.data[i]!),
    );
    expectClose(
      await merged(stack, 'unet', `${Q}.bias`),
      bias.data.map((x) => 2 * x),
    );
    expect([...stack.touched('unet')].sort()).toEqual([`${F}.bias`, `${Q}.bias`].sort());
    const added = stack.door('unet').added!;
    expectClose(
      (await runOutputs({ b: added(`${Q}.bias`)! })).b!.data,
      bias.data.map((x) => 2 * x),
    );
    expect(added(`${Q}.other`)).toBeUndefined();
  });

  test('what does not fit is told; the rest is applied', async () => {
    const one = await model();
    const wide = { [`${UF}.diff`]: fill(1, [3, 5]) };
    const stack = await stackOf(one, [
      await applied(one, { ...lora(UQ), ...wide, 'lora_unet_mid_block_attentions_0_proj_in.diff': fill(1, [2]) }),
    ]);
    const [report] = stack.reports;
    expect(report!.matched).toBe(1);
    expect(report!.unmatched).toEqual(['lora_unet_mid_block_attentions_0_proj_in']);
    expect(report!.misfits.map(({ module }) => module)).toEqual([UF]);
  });

  test('an adapter of which nothing fits is refused: by names, or with both shapes', async () => {
    const one = await model();
    const elsewhere = await applied(one, { 'lora_unet_mid_block_attentions_0_proj_in.diff': fill(1, [2]) });
    await expect(stackOf(one, [elsewhere])).rejects.toMatchObject({ code: 'adapter', adapter: 'adapter' });
    const wide = await applied(one, { [`${UF}.diff`]: fill(1, [3, 5]) });
    await expect(stackOf(one, [wide])).rejects.toThrow(/does not fit: expected .*\[3, 4\], got \[3, 5\]$/);
  });

  test('magnitudes that fit no side of their layer are the file’s fault, not the model’s', async () => {
    const one = await model();
    const odd = await applied(one, { ...lora(UQ), [`${UQ}.dora_scale`]: fill(1, [1, 7]) });
    const refused = stackOf(one, [odd]);
    await expect(refused).rejects.toMatchObject({ code: 'adapter', adapter: 'adapter' });
    await expect(refused).rejects.toThrow(/dora_scale: .*\[1, 4\] or \[3, 1\].*\[1, 7\]$/);
    await expect(refused).rejects.not.toThrow(/base model/);
    const wide = await applied(one, {
      ...lora(UQ),
      [`${UQ}.dora_scale`]: fill(1, [1, 7]),
      [`${UF}.diff`]: fill(1, [3, 5]),
    });
    await expect(stackOf(one, [wide])).rejects.toThrow(/base model.*3, 5/);
  });

  test('a block’s weight counts inside, and dynamic ranks per adapter', async () => {
    const one = await model();
    const base = fill(2, [3, 4]).data;
    const whole = await merged(await stackOf(one, [await applied(one, lora(UQ))]), 'unet', `${Q}.weight`);
    const half = await merged(
      await stackOf(one, [await applied(one, lora(UQ), { ratio: () => 0.5 })]),
      'unet',
      `${Q}.weight`,
    );
    expectClose(
      half,
      whole.map((x, i) => (x + base[i]!) / 2),
    );
    const first = await merged(await stackOf(one, [await applied(one, lora(UQ), { dyn: 1 })]), 'unet', `${Q}.weight`);
    expect(first).not.toEqual(whole);
  });
});
