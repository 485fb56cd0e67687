import { describe, expect, test } from 'vitest';
import { openHypernetwork } from '../adapters/hypernetwork/index.ts';
import { fill, madeModel, testRuntime } from '../testing/vitest/index.ts';
import { tinyCheckpoint } from '../testing/vitest/tiny-checkpoint.ts';
import { NO_NETWORKS } from './extra-networks.ts';
import { createNetworks } from './networks.ts';
import { outlineModel } from './outline.ts';

const PASS = { steps: 1, hires: false };

describe('the outline of a model', () => {
  test.each(['SD1', 'SDXL'] as const)('of %s is what the loaded one has', async (base) => {
    const checkpoint = tinyCheckpoint(base);
    const { name, networks } = outlineModel(checkpoint, 'tiny');
    const loaded = createNetworks(await testRuntime(), checkpoint);
    expect(name).toBe('tiny');
    expect(networks.unet).toEqual(loaded.unet);
    expect(networks.conditioning).toBe(loaded.conditioning);
    expect(Object.entries(networks.texts).map(([key, { config }]) => [key, config])).toEqual(
      Object.entries(loaded.texts).map(([key, { config }]) => [key, config]),
    );
    await loaded.release();
  });

  test('refuses networks that do not fit it', async () => {
    const narrow = Object.fromEntries(
      ['0', '1'].flatMap((side) => [
        [`16.${side}.linear.0.weight`, fill(1, [32, 16])],
        [`16.${side}.linear.0.bias`, fill(2, [32])],
        [`16.${side}.linear.1.weight`, fill(3, [16, 32])],
        [`16.${side}.linear.1.bias`, fill(4, [16])],
      ]),
    );
    const network = openHypernetwork(await madeModel('narrow', narrow), 'narrow');
    const found = { name: 'narrow', network, bases: [], hash: async () => undefined };
    const outline = outlineModel(tinyCheckpoint(), 'tiny');
    await expect(outline.with({ ...NO_NETWORKS, hypernetworks: [{ found, strength: 1 }] }, PASS)).rejects.toMatchObject(
      { name: 'AdapterError', adapter: 'narrow' },
    );
    await expect(outline.with(NO_NETWORKS, PASS)).resolves.toBeUndefined();
  });
});
