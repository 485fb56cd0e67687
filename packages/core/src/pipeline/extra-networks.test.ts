import { describe, expect, test } from 'vitest';
import { openAdapter, type Adapter } from '../adapters/index.ts';
import { openHypernetwork, type Hypernetwork } from '../adapters/hypernetwork/index.ts';
import { RequestError } from '../errors/index.ts';
import { fill, madeModel } from '../testing/vitest/index.ts';
import { adapterHashes, findNetworks, type FoundNetwork, type NetworkSource } from './extra-networks.ts';

const ADAPTER: Adapter = await openAdapter(await madeModel('a', { 'lora_unet_conv_in.diff': fill(1, [2, 2, 3, 3]) }));
const HYPER: Hypernetwork = openHypernetwork(
  await madeModel('h', {
    ...Object.fromEntries(
      ['0', '1'].flatMap((side) => [
        [`2.${side}.linear.0.weight`, fill(1, [4, 2])],
        [`2.${side}.linear.0.bias`, fill(1, [4])],
        [`2.${side}.linear.1.weight`, fill(1, [2, 4])],
        [`2.${side}.linear.1.bias`, fill(1, [2])],
      ]),
    ),
  }),
  'h',
);
const found = <T>(name: string, network: T): FoundNetwork<T> => ({
  name,
  network,
  bases: [],
  hash: async () => (name === 'unhashed' ? undefined : `hash-${name}`),
});

/** Knows `a` (also as `alias`), `b` and `h`; draws without `gone`; refuses other names. */
const source: NetworkSource = {
  async adapter(name) {
    if (name === 'gone') return undefined;
    const known = name === 'alias' ? 'a' : name;
    if (['a', 'b:c', 'b', 'unhashed'].includes(known)) return found(known, ADAPTER);
    throw new RequestError('lora', `there is no LoRA "${name}"`);
  },
  hypernetwork: async (name) => (name === 'h' ? found('h', HYPER) : undefined),
  embeddings: async () => [],
};
const OPTIONS = { extra_networks_default_multiplier: 0.7 };
const find = (prompt: string): ReturnType<typeof findNetworks> => findNetworks(prompt, source, OPTIONS);

describe('the networks of a prompt', () => {
  test('come in its order; lyco is lora', async () => {
    const { adapters } = await find('x <lora:b:0.5:0.25> y <lyco:a>');
    expect(adapters.map(({ tag: { name, te, unet } }) => [name, te, unet])).toEqual([
      ['b', 0.5, 0.25],
      ['a', 1, 1],
    ]);
  });

  test('named twice, by whatever name, have the last strengths at each mention', async () => {
    const { adapters } = await find('<lora:a:0.2><lora:alias:0.9>');
    expect(adapters.map(({ tag: { te } }) => te)).toEqual([0.9, 0.9]);
    expect(adapters.map(({ mentioned }) => mentioned)).toEqual(['a', 'alias']);
  });

  test('hypernetworks keep the strength of each mention, or that of the settings', async () => {
    const { hypernetworks } = await find('<hypernet:h:0.2><hypernet:h><hypernet:h:-1>');
    expect(hypernetworks.map(({ strength }) => strength)).toEqual([0.2, 0.7, -1]);
  });

  test.each(['<lora:nothing:1>', '<hypernet:h:strong>', '<hypernet:h:>', '<hypernet::1>', '<lora::1>', '<lora:a:x>'])(
    'refuses %s',
    async (prompt) => {
      await expect(find(prompt)).rejects.toMatchObject({ name: 'RequestError' });
    },
  );

  test('says what of a tag means nothing', async () => {
    const { adapters, notes } = await find('<lora:a:1:lwb=MIDD> <lora:b:1:0.5>');
    expect(adapters).toHaveLength(2);
    expect(notes).toEqual([expect.stringContaining('lwb=MIDD')]);
  });

  test('tells of which tag it speaks', async () => {
    await expect(find('x <lora:a:x>')).rejects.toMatchObject({
      field: 'prompt',
      message: expect.stringContaining('<lora:a:x>') as unknown,
    });
  });

  test('tells what is left out', async () => {
    const { notes } = await find('<foo:1> <lora:gone:1> <hypernet:gone:1>');
    expect(notes).toHaveLength(3);
  });

  test('cannot be found where there is no source', async () => {
    await expect(findNetworks('<lora:a:1>', undefined, OPTIONS)).rejects.toMatchObject({ field: 'prompt' });
    expect((await findNetworks('a cat', undefined, OPTIONS)).adapters).toEqual([]);
  });
});

describe('the hashes of adapters', () => {
  test('stand under the names of the prompt, each once, in its order', async () => {
    const { adapters } = await find('<lora:b><lora:alias><lora:a><lora:b>');
    expect(await adapterHashes(adapters)).toBe('b: hash-b, alias: hash-a, a: hash-a');
  });

  test('are left out where they are not known', async () => {
    expect(await adapterHashes((await find('<lora:unhashed:1>')).adapters)).toBeUndefined();
  });
});
