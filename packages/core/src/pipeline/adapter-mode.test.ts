import { describe, expect, test } from 'vitest';
import { openAdapter, parseAdapterTag, type Adapter } from '../adapters/index.ts';
import { fill, madeModel } from '../testing/vitest/index.ts';
import { chooseMode } from './adapter-mode.ts';
import type { TaggedAdapter } from './extra-networks.ts';

const LAYER = 'lora_unet_mid_block_attentions_0_proj_in';
const lora = { [`${LAYER}.lora_down.weight`]: fill(1, [2, 4]), [`${LAYER}.lora_up.weight`]: fill(2, [4, 2]) };
const open = async (tensors: Parameters<typeof madeModel>[1]): Promise<Adapter> =>
  openAdapter(await madeModel('adapter', tensors));
const LORA = await open(lora);
const DORA = await open({ ...lora, [`${LAYER}.dora_scale`]: fill(3, [4, 1]) });
const FULL = await open({ [`${LAYER}.diff`]: fill(4, [4, 4]) });

const tagged = (network: Adapter, strength = '1'): TaggedAdapter => ({
  found: { name: 'a', network, bases: [], hash: async () => undefined },
  tag: parseAdapterTag({ positional: ['a', strength], named: new Map() }),
  mentioned: 'a',
});
const traits = (weights: 'f32' | 'stored'): { weights: 'f32' | 'stored'; block: number } => ({ weights, block: 0 });

describe('chooseMode', () => {
  test.each([
    ['many steps', [tagged(LORA)], 20, 'f32', 'merged'],
    ['few steps', [tagged(LORA), tagged(LORA)], 4, 'f32', 'live'],
    ['few steps with a heavy family', [tagged(LORA), tagged(FULL)], 4, 'f32', 'merged'],
    ['few steps with magnitudes', [tagged(DORA)], 1, 'f32', 'merged'],
    ['a strength over the steps', [tagged(FULL, '0@0,1@1')], 20, 'f32', 'live'],
    ['little memory', [tagged(FULL)], 20, 'stored', 'live'],
  ] as const)('%s', (_, adapters, steps, weights, mode) => {
    expect(chooseMode(adapters, steps, traits(weights)).mode).toBe(mode);
  });
});
