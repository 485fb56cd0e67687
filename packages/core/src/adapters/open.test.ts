import { describe, expect, test } from 'vitest';
import { constant, type Value } from '../graph/index.ts';
import { mul } from '../ops/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose, fill, madeModel, runOutputs, type MadeTensor } from '../testing/vitest/index.ts';
import type { WeightAdapter } from './adapter.ts';
import { FAMILIES } from './families/index.ts';
import { family } from './module.ts';
import { bundledWords, openAdapter, type Adapter } from './open.ts';

const UQ = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
const UF = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_ff_net_2';

/** A pair of one rank, with or without alpha. */
function pair(layer: string, rank: number, alpha?: number): Record<string, MadeTensor> {
  return {
    [`${layer}.lora_down.weight`]: fill(1, [rank, 4]),
    [`${layer}.lora_up.weight`]: fill(2, [3, rank]),
    ...(alpha === undefined ? {} : { [`${layer}.alpha`]: tensor([], Float32Array.of(alpha)) }),
  };
}

const open = async (
  tensors: Record<string, MadeTensor>,
  metadata: Record<string, string> = {},
  config?: unknown,
): Promise<Adapter> =>
  openAdapter(await madeModel('a.safetensors', tensors, metadata), config === undefined ? {} : { config });

async function deltas(adapter: Adapter): Promise<Record<string, number[]>> {
  const zero = constant(new Float32Array(12), [3, 4]);
  const results = await runOutputs(
    Object.fromEntries(adapter.modules.map((module, i) => [`m${i}`, module.weight(zero, 1)])),
  );
  return Object.fromEntries(adapter.modules.map(({ name }, i) => [name, [...results[`m${i}`]!.data]]));
}

describe('openAdapter', () => {
  test('claims every key once, decides the family layer by layer, and lists the rest', async () => {
    const adapter = await open({
      ...pair(UQ, 2, 1),
      [`${UF}.diff`]: fill(3, [3, 4]),
      lora_te_text_model_x: fill(4, [2]),
      'some.other.weight': fill(4, [2]),
      [`${UQ}.riddle`]: fill(5, [2]),
    });
    expect(adapter.modules.map(({ name, family }) => [name, family])).toEqual([
      [UQ, 'lora'],
      [UF, 'full'],
    ]);
    expect([...adapter.unclaimed].sort()).toEqual([`${UQ}.riddle`, 'lora_te_text_model_x', 'some.other.weight'].sort());
  });

  test('a bias beside a LoRA is a change of its own', async () => {
    const adapter = await open({ ...pair(UQ, 2), [`${UQ}.diff_b`]: fill(1, [3]) });
    expect(adapter.modules.map(({ family }) => family)).toEqual(['lora', 'full']);
    expect(adapter.unclaimed).toEqual([]);
  });

  test('one family changes a layer: what another would change of its weight is left', async () => {
    const adapter = await open({ ...pair(UQ, 2), [`${UQ}.diff`]: fill(1, [3, 4]), [`${UQ}.diff_b`]: fill(1, [3]) });
    expect(adapter.modules.map(({ family }) => family)).toEqual(['lora', 'full']);
    expect(adapter.unclaimed).toEqual([`${UQ}.diff`]);
  });

  test('embeddings alone are an adapter, too', async () => {
    const adapter = await open({ 'bundle_emb.word.string_to_param.*': fill(1, [2, 768]) });
    expect([adapter.modules, adapter.embeddings.map(({ name }) => name)]).toEqual([[], ['word']]);
  });

  test('ranks and alphas are each module’s own, whatever the order of the keys', async () => {
    const a = 'unet.down_blocks.0.attn1.to_q';
    const b = 'unet.down_blocks.0.ff.net.2';
    const peft = (layer: string, rank: number): Record<string, MadeTensor> => ({
      [`${layer}.lora_A.weight`]: fill(1, [rank, 4]),
      [`${layer}.lora_B.weight`]: fill(2, [3, rank]),
    });
    const one = await deltas(await open({ ...peft(a, 2), ...peft(b, 3) }));
    const other = await deltas(await open({ ...peft(b, 3), ...peft(a, 2) }));
    const kohya = await deltas(await open({ ...pair(UQ, 2), ...pair(UF, 3) }));
    expect(other).toEqual(one);
    expect([one[a], one[b]]).toEqual([kohya[UQ], kohya[UF]]);
  });

  test('a configuration beside the file gives the scale, by pattern where there is one', async () => {
    const layer = 'base_model.model.down_blocks.0.ff.net.2';
    const tensors = { [`${layer}.lora_A.weight`]: fill(1, [2, 4]), [`${layer}.lora_B.weight`]: fill(2, [3, 2]) };
    const plain = (await deltas(await open(tensors)))[layer]!;
    const scaled = async (config: object): Promise<number[]> => (await deltas(await open(tensors, {}, config)))[layer]!;
    expectClose(
      await scaled({ peft_type: 'LORA', r: 2, lora_alpha: 6 }),
      plain.map((x) => 3 * x),
    );
    expectClose(
      await scaled({ r: 4, lora_alpha: 6, rank_pattern: { 'net.2': 2 }, alpha_pattern: { 'ff.net.2': 1 } }),
      plain.map((x) => x / 2),
    );
    for (const [pattern, times] of [
      ['^down_blocks.0.ff.net.2$', 3],
      [String.raw`down_blocks\.\d+\.ff.*`, 3],
      ['(attn|ff).net.[0-2]', 3],
      ['.*', 3],
      ['net', 1],
      ['ff', 1],
      ['f.net.2', 1],
      // Not a regular expression, and not the name's end either.
      ['(ff.net.2', 1],
      ['((ff.)*)*net.2', 1],
    ] as const)
      expectClose(
        await scaled({ r: 6, lora_alpha: 6, rank_pattern: { [pattern]: 2 } }),
        plain.map((x) => times * x),
      );
    expectClose(
      await scaled({ r: 4, lora_alpha: 6, use_rslora: true }),
      plain.map((x) => 3 * x),
    );
  });

  test('diffusers keeps the configuration in the metadata, by component', async () => {
    const layer = 'unet.down_blocks.0.ff.net.2';
    const tensors = { [`${layer}.lora_A.weight`]: fill(1, [2, 4]), [`${layer}.lora_B.weight`]: fill(2, [3, 2]) };
    const plain = (await deltas(await open(tensors)))[layer]!;
    const metadata = {
      lora_adapter_metadata: JSON.stringify({ 'unet.r': 2, 'unet.lora_alpha': 4, 'text_encoder.lora_alpha': 100 }),
    };
    expectClose(
      (await deltas(await open(tensors, metadata)))[layer]!,
      plain.map((x) => 2 * x),
    );
    expect((await deltas(await open(tensors, { lora_adapter_metadata: '{' })))[layer]).toEqual(plain);
  });

  test('tensors without elements beside a LoRA are only unused', async () => {
    const plain = await deltas(await open(pair(UQ, 1, 1)));
    const empty = await open({ ...pair(UQ, 1, 1), scaled_fp8: { dtype: 'F8_E4M3', shape: [0] }, x: tensor([2, 0]) });
    expect(await deltas(empty)).toEqual(plain);
    expect([...empty.unclaimed].sort()).toEqual(['scaled_fp8', 'x']);
  });

  test('bundled embeddings are kept aside by their words', async () => {
    const adapter = await open({
      ...pair(UQ, 1),
      'bundle_emb.my.style.string_to_param.*': fill(1, [2, 8]),
      'bundle_emb.xl one.clip_l': fill(1, [1, 8]),
      'bundle_emb.xl one.clip_g': fill(1, [1, 12]),
    });
    expect(adapter.embeddings.map(({ name, tensors }) => [name, [...tensors.keys()].sort()])).toEqual([
      ['my.style', ['string_to_param.*']],
      ['xl one', ['clip_g', 'clip_l']],
    ]);
    expect(adapter.unclaimed).toEqual([]);
    const { file } = await madeModel('a', { ...pair(UQ, 1), 'bundle_emb.my.style.string_to_param.*': fill(1, [2, 8]) });
    expect(bundledWords(file)).toEqual(['my.style']);
  });

  test('half of a pair is refused by the name of what is missing', async () => {
    await expect(open({ [`${UQ}.lora_down.weight`]: fill(1, [2, 4]) })).rejects.toMatchObject({
      name: 'AdapterError',
      code: 'adapter',
      adapter: 'a.safetensors',
      key: `${UQ}.lora_up.weight`,
    });
  });

  test.each([NaN, Infinity, -Infinity])('%d in a claimed tensor is refused by its name', async (bad) => {
    const up = fill(2, [3, 2]);
    up.data[4] = bad;
    await expect(open({ ...pair(UQ, 2), [`${UQ}.lora_up.weight`]: up })).rejects.toMatchObject({
      code: 'adapter',
      key: `${UQ}.lora_up.weight`,
    });
  });

  test('large tensors may be looked at later, with the same answer', async () => {
    const up = fill(2, [30, 2]);
    const model = (value: number): ReturnType<typeof madeModel> => {
      const data = up.data.with(4, value);
      return madeModel('a', { ...pair(UQ, 2), [`${UQ}.lora_up.weight`]: { ...up, data } });
    };
    const wrong = await openAdapter(await model(NaN), { later: true });
    expect(wrong.modules).toHaveLength(1);
    await expect(wrong.finite).rejects.toMatchObject({ code: 'adapter', key: `${UQ}.lora_up.weight` });
    await expect((await openAdapter(await model(1), { later: true })).finite).resolves.toBeUndefined();
    expect((await openAdapter(await model(1))).finite).toBeUndefined();
  });

  test('an alpha of several numbers is refused by its name', async () => {
    await expect(open({ ...pair(UQ, 2), [`${UQ}.alpha`]: fill(1, [2]) })).rejects.toMatchObject({
      code: 'adapter',
      key: `${UQ}.alpha`,
    });
  });

  test('a file with no adapter in it says what it looks like', async () => {
    await expect(open({ 'string_to_param.*': fill(1, [1, 768]) })).rejects.toThrow(/embedding/);
    await expect(open({})).rejects.toMatchObject({ code: 'adapter', adapter: 'a.safetensors' });
    await expect(open({ [`${UQ}.weight`]: fill(1, [4]) })).rejects.toThrow(UQ);
  });

  test('inline keeps the tensors: the graphs name no file', async () => {
    const model = await madeModel('a', pair(UQ, 2, 1));
    const [kept] = (await openAdapter(model, { inline: true })).modules;
    const [stored] = (await openAdapter(model)).modules;
    const ops = (values: Iterable<unknown>): string[] =>
      [...values].map((value) => (value as { op: { name: string } }).op.name);
    expect(ops([...kept!.save().values()].filter((value) => typeof value !== 'number'))).toEqual([
      'constant',
      'constant',
    ]);
    expect(ops([...stored!.save().values()].filter((value) => typeof value !== 'number'))).toEqual([
      'weight',
      'weight',
    ]);
  });

  test('families from outside claim parts that no other has', async () => {
    const gain: WeightAdapter<Value> = {
      name: 'gain',
      parts: ['gain', 'gain.extra'],
      detect: (parts) => parts.has('gain'),
      parse: (parts) => parts.need('gain').value,
      delta: (w, base) => mul(base, w),
      init: () => new Map([['gain', tensor([1, 1])]]),
      save: (w) => new Map([['gain', w]]),
    };
    const model = await madeModel('a', {
      ...pair(UQ, 2, 1),
      'layer.1.gain': fill(1, [1, 1]),
      'b.gain.extra': fill(1, [1]),
    });
    const adapter = await openAdapter(model, { families: [...FAMILIES, family(gain)] });
    expect(adapter.modules.map((module) => [module.name, module.family])).toEqual([
      ['layer.1', 'gain'],
      [UQ, 'lora'],
    ]);
    expect(adapter.unclaimed).toEqual(['b.gain.extra']);
    expect((await openAdapter(model)).unclaimed).toEqual(['b.gain.extra', 'layer.1.gain']);
  });

  test('the first LoRA format: numbers for names, and a word', async () => {
    const adapter = await open(
      { 'unet:0:up': fill(1, [3, 1]), 'unet:0:down': fill(2, [1, 4]), '<s1>': fill(3, [8]) },
      { '<s1>': '<embed>' },
    );
    expect(adapter.modules.map(({ name }) => name)).toEqual(['unet:0']);
    expect(adapter.embeddings.map(({ name }) => name)).toEqual(['<s1>']);
    expect(adapter.unclaimed).toEqual([]);
  });
});
