import { describe, expect, test } from 'vitest';
import { openAdapter } from '../adapters/index.ts';
import { embedding } from '../adapters/textual-inversion/index.ts';
import { FormatError } from '../errors/index.ts';
import type { TextComponent } from '../models/index.ts';
import { tensor } from '../tensor/index.ts';
import { fill, madeModel } from '../testing/vitest/index.ts';
import { NO_NETWORKS, type ListedEmbedding, type NetworkSource, type PromptNetworks } from './extra-networks.ts';
import type { TextNetwork } from './networks.ts';
import { openEmbeddings, unsaidNotes, type PassEmbeddings } from './prompt-embeddings.ts';
import { readRequest, type GenerateRequest } from './request.ts';

const WIDTH = 4;
const tower = (width: number): TextNetwork => ({ config: { width } }) as TextNetwork;
const MODEL = { texts: { te1: tower(WIDTH) } };
const XL = { texts: { te1: tower(2), te2: tower(3) } };

/** An embedding of one vector, and whether it was opened. */
function listed(
  name: string,
  values: readonly number[],
  hash = `hash of ${name}`,
): ListedEmbedding & { opened: boolean } {
  const one = {
    name,
    opened: false,
    async open() {
      one.opened = true;
      return embedding(name, { kind: 'single', vec: tensor([1, values.length], Float32Array.from(values)) });
    },
    hash: async () => hash,
  };
  return one;
}

function sourceOf(...embeddings: readonly ListedEmbedding[]): NetworkSource {
  return { adapter: async () => undefined, hypernetwork: async () => undefined, embeddings: async () => embeddings };
}

async function pass(text: string, source: NetworkSource, networks = NO_NETWORKS): Promise<PassEmbeddings> {
  return (await openEmbeddings([text], source))(networks, MODEL);
}

/** The vectors of a name, for a text encoder. */
function vectorsOf(embeddings: PassEmbeddings, name: string, component: TextComponent = 'te1'): readonly number[] {
  return [...(embeddings.vectors(component).get(name)?.data ?? [])];
}

describe('the embeddings of a pass', () => {
  test('are opened when a text may name them, whatever its case and punctuation', async () => {
    const [said, other] = [listed('my-Style', [1, 2, 3, 4]), listed('another', [1, 2, 3, 4])];
    const embeddings = await pass('a cat, (MY-style:1.2)', sourceOf(said, other));
    expect([said.opened, other.opened]).toEqual([true, false]);
    expect(embeddings.names).toEqual([{ name: 'my-Style', vectors: 1 }]);
    expect(vectorsOf(embeddings, 'my-Style')).toEqual([1, 2, 3, 4]);
    expect(await embeddings.hash('my-Style')).toBe('hash of my-Style');
  });

  test('of one name the last that fits counts', async () => {
    const source = sourceOf(listed('x', [1, 1, 1, 1]), listed('x', [2, 2, 2, 2]), listed('x', [3, 3]));
    const { misfits, ...embeddings } = await pass('x', source);
    expect(vectorsOf({ misfits, ...embeddings }, 'x')).toEqual([2, 2, 2, 2]);
    expect(misfits).toEqual([]);
    expect([...embeddings.doubled]).toEqual(['x']);
    expect([...(await pass('x', sourceOf(listed('x', [1, 1, 1, 1]), listed('x', [3, 3])))).doubled]).toEqual([]);
  });

  test('for another width are plain words, and told', async () => {
    const embeddings = await pass('x', sourceOf(listed('x', [3, 3])));
    expect(embeddings.names).toEqual([]);
    expect(embeddings.misfits).toMatchObject([{ name: 'x', width: 2 }]);
  });

  test('for another width are refused where somebody asked for the very file', async () => {
    const wanted = { ...listed('x', [3, 3]), wanted: true };
    const named = await pass('x', sourceOf(wanted));
    expect(() => named.check()).toThrowError(expect.objectContaining({ name: 'AdapterError', adapter: 'x' }));
    expect(named.notes).toEqual([]);
    const unsaid = await pass('y', sourceOf(wanted));
    for (const other of [unsaid, await pass('x', sourceOf(listed('x', [3, 3])))])
      expect(() => other.check()).not.toThrow();
    expect(unsaid.notes).toHaveLength(1);
  });

  test('are opened without being named where somebody asked for the very file', async () => {
    const error = new FormatError('not-a-model', 'x', 'is no embedding');
    const wanted = { name: 'x', wanted: true, open: async () => Promise.reject(error), hash: async () => undefined };
    await expect(pass('y', sourceOf(wanted))).rejects.toBe(error);
    expect((await pass('y', sourceOf({ ...wanted, wanted: false }))).names).toEqual([]);
  });

  test('have vectors for each text encoder of SDXL', async () => {
    const pair = embedding('x', {
      kind: 'pair',
      clipL: tensor([1, 2], Float32Array.of(1, 2)),
      clipG: tensor([1, 3], Float32Array.of(3, 4, 5)),
    });
    const source = sourceOf({ name: 'x', open: async () => pair, hash: async () => undefined });
    const open = await openEmbeddings(['x'], source);
    const embeddings = await open(NO_NETWORKS, XL);
    expect([vectorsOf(embeddings, 'x'), vectorsOf(embeddings, 'x', 'te2')]).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect((await open(NO_NETWORKS, MODEL)).names).toEqual([]);
    // One of its parts alone would fit SD1, and SDXL's refiner.
    for (const texts of [{ te1: tower(2) }, { te2: tower(3) }]) {
      const { names, misfits } = await open(NO_NETWORKS, { texts });
      expect([names, misfits]).toMatchObject([[], [{ name: 'x' }]]);
    }
    const single = await openEmbeddings(['y'], sourceOf(listed('y', [1, 2, 3, 4, 5])));
    expect((await single(NO_NETWORKS, XL)).names).toEqual([]);
  });

  test.each([
    ['art', 'a heart', false],
    ['art', 'hard to tell', false],
    ['art', 'a cat <lora:art:1>', false],
    ['art', 'a cat, (Art:1.2)', true],
    ['art', '[art:cat:0.5]', true],
    ['art', '[cat|art]', true],
    ['bad art', 'a bad  art', true],
  ])('that cannot be read are words, which is told: %j in %j', async (name, text, told) => {
    const error = new FormatError('truncated', `${name}.pt`, 'is not whole');
    const broken: ListedEmbedding = { name, open: async () => Promise.reject(error), hash: async () => undefined };
    const { names, notes } = await pass(text, sourceOf(broken, listed('cat', [1, 1, 1, 1])));
    expect(names.map((one) => one.name)).toEqual(text.includes('cat') ? ['cat'] : []);
    expect(notes).toEqual(told ? [expect.stringContaining(`${name}.pt: is not whole`)] : []);
    // Another file of the name takes its place.
    expect((await pass(text, sourceOf(broken, listed(name, [1, 1, 1, 1])))).notes).toEqual([]);
  });

  test('with numbers that are not finite are refused where a text names them', async () => {
    const broken = listed('art', [NaN, 0, 0, 0]);
    await expect(pass('art', sourceOf(broken))).rejects.toMatchObject({ name: 'AdapterError' });
    expect((await pass('a heart', sourceOf(broken))).notes).toEqual([]);
  });

  test('that cannot be read are refused where somebody asked for the very file', async () => {
    const broken = { ...listed('art', [NaN, 0, 0, 0]), wanted: true };
    await expect(pass('a heart', sourceOf(broken))).rejects.toMatchObject({ name: 'AdapterError' });
  });

  test('come with adapters, unless they are there already', async () => {
    const file = await madeModel('a', {
      'lora_unet_conv_in.diff': fill(1, [2, 2, 3, 3]),
      'bundle_emb.x.string_to_param.*': tensor([1, WIDTH], Float32Array.of(7, 7, 7, 7)),
      'bundle_emb.wide.string_to_param.*': fill(1, [1, 2]),
    });
    const found = { name: 'a', network: await openAdapter(file), bases: [], hash: async () => undefined };
    const tag = { name: 'a', te: 1, unet: 1 };
    const networks: PromptNetworks = { ...NO_NETWORKS, adapters: [{ found, tag, mentioned: 'a' }] };
    const alone = await pass('x wide', sourceOf(), networks);
    expect(alone.names).toEqual([{ name: 'x', vectors: 1 }]);
    expect(vectorsOf(alone, 'x')).toEqual([7, 7, 7, 7]);
    expect(await alone.hash('x')).toBe('a');
    const untold = await openEmbeddings(['x'], sourceOf(), { lora_bundled_ti_to_infotext: false });
    expect(await (await untold(networks, MODEL)).hash('x')).toBeUndefined();
    expect(vectorsOf(await pass('x', sourceOf(listed('x', [1, 1, 1, 1])), networks), 'x')).toEqual([1, 1, 1, 1]);
  });
});

describe('unsaidNotes', () => {
  const source = sourceOf(
    { ...listed('art', [1]), wanted: true },
    { ...listed('x', [1]), wanted: true },
    listed('y', [1]),
  );
  const request = (body: Readonly<Record<string, unknown>>): GenerateRequest =>
    readRequest('txt2img', body, () => new Uint8Array());
  const notes = async (...bodies: Readonly<Record<string, unknown>>[]): Promise<number> =>
    (await unsaidNotes(bodies.map(request), { networks: source })).length;

  test('tells of those that somebody asked for and no text names', async () => {
    expect(await notes({ prompt: 'a heart' })).toBe(2);
    expect(await notes({ prompt: 'a cat, (Art:1.2)', negative_prompt: 'x' })).toBe(0);
    expect(await notes({ prompt: 'a cat', enable_hr: true, denoising_strength: 0.5, hr_prompt: 'art' })).toBe(1);
  });

  test('what is no embedding is refused', async () => {
    const broken = { ...listed('art', [1]), wanted: true, open: async () => Promise.reject(new Error('broken')) };
    await expect(unsaidNotes([request({})], { networks: sourceOf(broken) })).rejects.toThrow('broken');
  });

  test('one of several requests is enough', async () => {
    expect(await notes({ prompt: 'a cat' }, { prompt: 'art x' })).toBe(0);
  });
});
