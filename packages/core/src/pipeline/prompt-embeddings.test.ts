import { describe, expect, test } from 'vitest';
import { openAdapter } from '../adapters/index.ts';
import { embedding } from '../adapters/textual-inversion/index.ts';
import { tensor } from '../tensor/index.ts';
import { clipTokenizer } from '../text/index.ts';
import { fill, madeModel } from '../testing/vitest/index.ts';
import { NO_NETWORKS, type ListedEmbedding, type NetworkSource, type PromptNetworks } from './extra-networks.ts';
import type { Networks } from './networks.ts';
import { openEmbeddings, type PassEmbeddings } from './prompt-embeddings.ts';

const WIDTH = 4;

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
  return (await openEmbeddings([text], source))(networks, WIDTH, clipTokenizer());
}

/** What a text's first token calls. */
function calledBy({ index }: PassEmbeddings, text: string): string | undefined {
  return index.find(clipTokenizer().encode(text), 0)?.embedding.name;
}

/** Encodes a chunk in which the embedding stands; gives the vectors that reach the text tower. */
async function encoded(embeddings: PassEmbeddings, name: string): Promise<readonly number[]> {
  let vectors: readonly number[] = [];
  const networks = {
    text: { width: WIDTH },
    async encodeText(_ids: unknown, { patches }: Parameters<Networks['encodeText']>[1]) {
      vectors = [...patches![0]!.vectors.data];
      return tensor([1, 1, WIDTH]);
    },
  } as unknown as Networks;
  const placements = [[{ offset: 0, embedding: { name, vectors: 1 } }]];
  await embeddings.encoder(networks)([[0]], { clipSkip: 1, placements });
  return vectors;
}

describe('the embeddings of a pass', () => {
  test('are opened when a text may name them, whatever its case and punctuation', async () => {
    const [said, other] = [listed('my-Style', [1, 2, 3, 4]), listed('another', [1, 2, 3, 4])];
    const embeddings = await pass('a cat, (MY-style:1.2)', sourceOf(said, other));
    expect([said.opened, other.opened]).toEqual([true, false]);
    expect(calledBy(embeddings, 'my-style')).toBe('my-Style');
    expect(await encoded(embeddings, 'my-Style')).toEqual([1, 2, 3, 4]);
    expect(await embeddings.hash('my-Style')).toBe('hash of my-Style');
  });

  test('of one name the last that fits counts', async () => {
    const source = sourceOf(listed('x', [1, 1, 1, 1]), listed('x', [2, 2, 2, 2]), listed('x', [3, 3]));
    expect(await encoded(await pass('x', source), 'x')).toEqual([2, 2, 2, 2]);
  });

  test('for another width are refused when they are named', async () => {
    const embeddings = await pass('x', sourceOf(listed('x', [3, 3])));
    await expect(async () => encoded(embeddings, 'x')).rejects.toMatchObject({ name: 'AdapterError', adapter: 'x' });
  });

  test('with numbers that are not finite are refused', async () => {
    await expect(pass('x', sourceOf(listed('x', [NaN, 0, 0, 0])))).rejects.toMatchObject({ name: 'AdapterError' });
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
    expect(await encoded(alone, 'x')).toEqual([7, 7, 7, 7]);
    expect(calledBy(alone, 'wide')).toBeUndefined();
    expect(await encoded(await pass('x', sourceOf(listed('x', [1, 1, 1, 1])), networks), 'x')).toEqual([1, 1, 1, 1]);
  });
});
