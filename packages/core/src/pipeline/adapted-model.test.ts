import { describe, expect, test } from 'vitest';
import { openAdapter, parseAdapterTag } from '../adapters/index.ts';
import { openHypernetwork } from '../adapters/hypernetwork/index.ts';
import { AdapterError } from '../errors/index.ts';
import type { Base } from '../models/index.ts';
import type { OnnxModel } from '../onnx/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { fill, madeModel, randomFloats, testRuntime } from '../testing/vitest/index.ts';
import { tinyCheckpoint } from '../testing/vitest/tiny-checkpoint.ts';
import type { AdapterMode } from './adapter-mode.ts';
import { NO_NETWORKS, type PromptNetworks } from './extra-networks.ts';
import { loadModel } from './load-model.ts';
import type { LoadedModel } from './model.ts';

const PASS = { steps: 4, hires: false };
const runtime = await testRuntime();

async function fresh(adapters?: AdapterMode): Promise<LoadedModel> {
  return loadModel(runtime, tinyCheckpoint(), {
    name: 'tiny',
    hash: async () => undefined,
    tiling: false,
    ...(adapters ? { adapters } : {}),
  });
}

const down = (seed: number, width: number): Tensor => fill(seed, [2, width]);
const ADAPTER = await openAdapter(
  await madeModel('both', {
    'lora_unet_conv_in.diff': fill(1, [32, 4, 3, 3]),
    'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight': down(2, 64),
    'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight': fill(3, [64, 2]),
    'lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight': down(4, 64),
    'lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight': fill(5, [64, 2]),
    'lora_unet_nowhere.lora_down.weight': down(4, 64),
    'lora_unet_nowhere.lora_up.weight': fill(5, [64, 2]),
  }),
  { inline: true },
);
const layers = (width: number): Record<string, Tensor> =>
  Object.fromEntries(
    ['0', '1'].flatMap((side) => [
      [`${width}.${side}.linear.0.weight`, fill(6, [2 * width, width])],
      [`${width}.${side}.linear.0.bias`, fill(7, [2 * width])],
      [`${width}.${side}.linear.1.weight`, fill(8, [width, 2 * width])],
      [`${width}.${side}.linear.1.bias`, fill(9, [width])],
    ]),
  );
const hyper = async (width: number): Promise<ReturnType<typeof openHypernetwork>> =>
  openHypernetwork(await madeModel('hyper', layers(width)), 'hyper');
const HYPER = await hyper(64);

const found = <T>(
  network: T,
  bases: readonly Base[] = [],
): { name: string; network: T; bases: readonly Base[]; hash(): Promise<undefined> } => ({
  name: 'it',
  network,
  bases,
  hash: async () => undefined,
});
const ADAPTED = found(ADAPTER);
const lora = (...positional: string[]): PromptNetworks => ({
  ...NO_NETWORKS,
  adapters: [
    { found: ADAPTED, tag: parseAdapterTag({ positional: ['it', ...positional], named: new Map() }), mentioned: 'it' },
  ],
});
const hypernet = (strength: number, network = HYPER): PromptNetworks => ({
  ...NO_NETWORKS,
  hypernetworks: [{ found: found(network), strength }],
});

const random = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    shape,
    randomFloats(
      shape.reduce((a, b) => a * b),
      seed,
    ),
  );

/** What a request would compute with these networks: the text, and the UNet at a step. */
async function drawn(model: LoadedModel, networks: PromptNetworks, step = 0): Promise<number[]> {
  const { model: own } = await model.with(networks, PASS);
  const { z } = await own.networks.texts.te1!.encode([[1, 2, 3, 4, 5]], { state: 1, norm: true });
  const place = { step, steps: PASS.steps };
  const out = await own.networks.predict(
    random([1, 4, 4, 4], 1),
    [3],
    { context: random([1, 3, 64], 2) },
    undefined,
    place,
  );
  return [...z.data, ...out.data];
}

/** An adapter of these tensors, at full strength. */
async function whole(tensors: Readonly<Record<string, Tensor>>): Promise<PromptNetworks> {
  const network = await openAdapter(await madeModel('it', tensors), { inline: true });
  const tag = parseAdapterTag({ positional: ['it'], named: new Map() });
  return { ...NO_NETWORKS, adapters: [{ found: found(network), tag, mentioned: 'it' }] };
}

const TO_K = 'mid_block_attentions_0_transformer_blocks_0_attn2_to_k';
const Q_PROJ = 'lora_te_text_model_encoder_layers_0_self_attn_q_proj';

describe.each(['merged', 'live'] as const)('files that people have, %s', (mode) => {
  const pictures = async (...files: Readonly<Record<string, Tensor>>[]): Promise<string[]> => {
    const results: string[] = [];
    for (const file of [{}, ...files]) {
      const model = await fresh(mode);
      results.push((await drawn(model, Object.keys(file).length > 0 ? await whole(file) : NO_NETWORKS)).join());
      await model.networks.release();
    }
    return results;
  };

  // huggingface/diffusers#14409: the rank of the first layer was taken for that of the others.
  test('of several ranks are the same in any order of their keys', async () => {
    const layers = [
      'unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k',
      'text_encoder.text_model.encoder.layers.0.self_attn.q_proj',
    ];
    const pair = (layer: string, rank: number): [string, Tensor][] => [
      [`${layer}.lora_A.weight`, fill(1, [rank, 64])],
      [`${layer}.lora_B.weight`, fill(2, [64, rank])],
    ];
    const pairs = layers.flatMap((layer, i) => pair(layer, i === 0 ? 2 : 8));
    const [bare, one, other] = await pictures(Object.fromEntries(pairs), Object.fromEntries(pairs.toReversed()));
    expect(other).toBe(one);
    expect(one).not.toBe(bare);
  });

  test.each([
    ['rank 0', 0, 1],
    ['an alpha of 0', 2, 0],
  ])('of %s change nothing', async (_, rank, alpha) => {
    const parts = [`lora_unet_${TO_K}`, Q_PROJ].flatMap((layer): [string, Tensor][] => [
      [`${layer}.lora_down.weight`, fill(1, [rank, 64])],
      [`${layer}.lora_up.weight`, fill(2, [64, rank])],
      [`${layer}.alpha`, tensor([], Float32Array.of(alpha))],
    ]);
    const [bare, adapted] = await pictures(Object.fromEntries(parts));
    expect(adapted).toBe(bare);
  });
});

describe('networks on a model', () => {
  const cases: readonly (readonly [string, PromptNetworks])[] = [
    ['nothing', NO_NETWORKS],
    ['an adapter', lora('0.8')],
    ['a strength over the steps', lora('0@0,1@1')],
    ['both', { ...lora('1'), hypernetworks: hypernet(-1).hypernetworks }],
  ];

  test('draw the same bytes in any order as in a fresh process', async () => {
    const expected = new Map<string, number[]>();
    for (const [name, networks] of cases) {
      const model = await fresh();
      expected.set(name, await drawn(model, networks));
      await model.networks.release();
    }
    expect(new Set([...expected.values()].map((values) => values.join())).size).toBe(cases.length);
    const model = await fresh();
    for (const [name, networks] of [...cases, cases[1]!, cases[0]!])
      expect(await drawn(model, networks), name).toEqual(expected.get(name));
    await model.networks.release();
  });

  test('draw the same bytes live, in any order of strengths', async () => {
    const expected = new Map<string, number[]>();
    const strengths = ['0.8', '0.3', '0', '0@0,1@1'];
    for (const strength of strengths) {
      const model = await fresh('live');
      expected.set(strength, await drawn(model, lora(strength)));
      await model.networks.release();
    }
    const model = await fresh('live');
    for (const strength of [...strengths, ...strengths.toReversed()])
      expect(await drawn(model, lora(strength)), strength).toEqual(expected.get(strength));
    await model.networks.release();
  });

  test('of other strengths compile nothing live', async () => {
    let loads = 0;
    const counting = { ...runtime, load: (one: OnnxModel) => ((loads += 1), runtime.load(one)) };
    const options = { name: 'tiny', hash: async () => undefined, tiling: false, adapters: 'live' } as const;
    const model = await loadModel(counting, tinyCheckpoint(), options);
    await drawn(model, lora('0.8'));
    const before = loads;
    for (const strength of ['0.5', '-1', '0.1@0,0.9@1']) await drawn(model, lora(strength));
    expect(loads).toBe(before);
    await model.networks.release();
  });

  test('of strength 0 change nothing', async () => {
    const model = await fresh();
    const base = await drawn(model, NO_NETWORKS);
    expect(await drawn(model, lora('0'))).toEqual(base);
    expect(await drawn(model, hypernet(0))).toEqual(base);
    await model.networks.release();
  });

  test('whose strength changes over the steps are as strong as the step says', async () => {
    const model = await fresh();
    const text = 5 * 64;
    const last = await drawn(model, lora('0@0,1@1'), 3);
    const full = await drawn(model, lora('1'));
    for (const [i, value] of last.slice(text).entries()) expect(value).toBeCloseTo(full[text + i]!, 4);
    await model.networks.release();
  });

  test('can be merged into the weights', async () => {
    const [merging, model] = [await fresh('merged'), await fresh('live')];
    const merged = await drawn(merging, lora('0.8'));
    for (const [i, value] of (await drawn(model, lora('0.8'))).entries()) expect(merged[i]).toBeCloseTo(value, 4);
    await merging.networks.release();
    await model.networks.release();
  });

  test('with numbers that are not finite give no results, though they are looked at late', async () => {
    const failed = Promise.reject(new AdapterError('it', 'holds numbers that are not finite', { key: 'k' }));
    failed.catch(() => undefined);
    const broken = found({ ...ADAPTER, finite: failed });
    const [tagged] = lora('1').adapters;
    const model = await fresh();
    await expect(drawn(model, { ...NO_NETWORKS, adapters: [{ ...tagged!, found: broken }] })).rejects.toMatchObject({
      code: 'adapter',
      key: 'k',
    });
    await model.networks.release();
  });

  test('tell what found no place', async () => {
    const model = await fresh();
    const { notes } = await model.with(lora('1'), PASS);
    expect(notes).toEqual([expect.stringContaining('3 of 4'), expect.stringContaining('merged')]);
  });

  test('tell whose fault it is that a layer is left alone', async () => {
    const model = await fresh();
    const { notes } = await model.with(
      await whole({
        'lora_unet_conv_in.diff': fill(1, [32, 4, 3, 3]),
        [`lora_unet_${TO_K}.diff`]: fill(1, [3, 5]),
        [`${Q_PROJ}.lora_down.weight`]: down(4, 64),
        [`${Q_PROJ}.lora_up.weight`]: fill(5, [64, 2]),
        [`${Q_PROJ}.dora_scale`]: fill(1, [1, 7]),
      }),
      PASS,
    );
    expect(notes).toContainEqual(expect.stringMatching(/1 of 3 .* in this model.*attn2_to_k/));
    expect(notes).toContainEqual(expect.stringMatching(/1 of 3 .* of the file.*dora_scale: .*\[1, 7\]/));
  });

  test('whose layers do not fit each other are refused', async () => {
    const [linear, ...rest] = HYPER.modules.get(64)!.k.layers;
    const glu = { kind: 'activation', index: 1, name: 'glu' } as const;
    const module = { ...HYPER.modules.get(64)!.k, layers: [linear!, glu, ...rest] };
    const broken = { ...HYPER, modules: new Map([[64, { k: module, v: module }]]) };
    await expect((await fresh()).with(hypernet(1, broken), PASS)).rejects.toMatchObject({ name: 'AdapterError' });
  });

  test('for another width of attention are refused', async () => {
    const model = await fresh();
    await expect(model.with(hypernet(1, await hyper(16)), PASS)).rejects.toMatchObject({ name: 'AdapterError' });
  });
});
