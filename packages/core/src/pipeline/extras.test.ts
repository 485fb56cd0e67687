import { describe, expect, test } from 'vitest';
import { openAdapter } from '../adapters/index.ts';
import { fakeCodec, fakeModel, fill, madeModel } from '../testing/vitest/index.ts';
import type { PipelineContext } from './context.ts';
import { openExtras, type Extras } from './extras.ts';
import type { NetworkSource } from './extra-networks.ts';
import { requestTexts } from './prompts.ts';
import { readRequest } from './request.ts';

const ADAPTER = await openAdapter(await madeModel('a', { 'lora_unet_conv_in.diff': fill(1, [2, 2, 3, 3]) }));

const asked: string[] = [];
const networks: NetworkSource = {
  async adapter(name) {
    asked.push(name);
    return { name, network: ADAPTER, bases: [], hash: async () => undefined };
  },
  hypernetwork: async () => undefined,
  embeddings: async () => [],
};

async function open(fields: Readonly<Record<string, unknown>>): Promise<Extras> {
  asked.length = 0;
  const request = readRequest('txt2img', fields, () => new Uint8Array());
  const context: PipelineContext = {
    models: { open: async () => fakeModel() },
    networks,
    codec: fakeCodec([]),
    randomSeed: () => 1n,
  };
  return openExtras(request, requestTexts(request, context), context);
}

const names = ({ first, second }: Extras): unknown =>
  [first, second].map(({ adapters }) => adapters.map(({ tag }) => tag.name));

describe('openExtras', () => {
  test('a second pass has the networks of the first, opened once', async () => {
    const extras = await open({ prompt: 'x <lora:a:1>', enable_hr: true, denoising_strength: 0.5 });
    expect(names(extras)).toEqual([['a'], ['a']]);
    expect(extras.second).toBe(extras.first);
    expect(asked).toEqual(['a']);
  });

  test('or those of its own prompt', async () => {
    const fields = { prompt: 'x <lora:a:1>', hr_prompt: 'y <lora:b:1>', enable_hr: true, denoising_strength: 0.5 };
    expect(names(await open(fields))).toEqual([['a'], ['b']]);
  });

  test.each([
    ['[<lora:a:1>:b:0.5]', 1],
    ['[a|<lora:a:1>]', 1],
    ['[(<lora:a:1@0,0@0.5>):0.5]', 1],
    ['[a:b:0.5] <lora:a:1>', 0],
    ['[<lora:a:1>]', 0],
    ['(<lora:a:1>:1.2)', 0],
  ])('brackets that do not change tags over the steps are noted: %s', async (prompt, notes) => {
    expect((await open({ prompt })).first.notes).toHaveLength(notes);
  });

  test.each([
    ['x <lora:a', 1],
    ['x < lora:a:1>', 1],
    ['x <lora:>', 1],
    ['x <Hypernet :a, y', 1],
    ['<lora:a:1> <', 0],
    ['x <lora>', 0],
  ])('what is no whole tag is noted: %s', async (prompt, notes) => {
    expect((await open({ prompt })).first.notes).toHaveLength(notes);
    expect((await open({ prompt, disable_extra_networks: true })).first.notes).toEqual([]);
  });

  test('none where a request wants none', async () => {
    expect(names(await open({ prompt: 'x <lora:a:1>', disable_extra_networks: true }))).toEqual([[], []]);
    expect(asked).toEqual([]);
  });

  test('says that a negative prompt names none', async () => {
    const extras = await open({ prompt: 'x', negative_prompt: 'y <lora:a:1>' });
    expect(names(extras)).toEqual([[], []]);
    expect(extras.first.notes).toEqual([expect.stringContaining('<lora:a:1>')]);
    expect((await open({ prompt: 'x', negative_prompt: 'y <b:c>' })).first.notes).toEqual([]);
  });
});
