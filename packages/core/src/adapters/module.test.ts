import { describe, expect, test } from 'vitest';
import { constant, input, scalar, type Value } from '../graph/index.ts';
import { mul } from '../ops/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/index.ts';
import { evaluate } from '../testing/vitest/run.ts';
import type { WeightAdapter } from './adapter.ts';
import { family, type AdapterModule } from './module.ts';
import { createParts, hostParts } from './parts.ts';

interface Made {
  readonly by: Value;
  readonly prepared?: number;
}

/** ΔW = ratio · by · W, and as much for a bias; says nothing where `by` is not there. */
const made: WeightAdapter<Made> = {
  name: 'made',
  parts: ['made_by'],
  detect: (parts) => parts.has('made_by'),
  parse: (parts) => ({ by: parts.need('made_by').value }),
  delta: ({ by }, base, { ratio }) => mul(base, ratio ? mul(by, ratio) : by),
  bias: ({ by }, base) => (base ? mul(base, by) : by),
  init: () => new Map([['made_by', tensor([], Float32Array.of(0))]]),
  save: ({ by }) => new Map([['made_by', by]]),
};

const values = (...numbers: number[]): Float32Array => Float32Array.from(numbers);
const BASE = constant(values(1, 2), [1, 2]);

function open(more: Readonly<Record<string, ReturnType<typeof tensor>>> = {}, adapter = made): AdapterModule {
  const tensors = new Map(Object.entries({ made_by: tensor([], values(3)), ...more }));
  return family(adapter).open(createParts('file', 'layer', hostParts('layer', tensors)), {});
}

const run = async (out: Value, feeds = {}): Promise<number[]> => [...(await evaluate({ out }, feeds)).out.data];

describe('a module', () => {
  test('adds its change times the strength; the weight of a block is the change’s, not the bias’', async () => {
    expect(await run(open().weight(BASE, 1))).toEqual([4, 8]);
    expect(await run(open().weight(BASE, 0.5))).toEqual([2.5, 5]);
    expect(await run(open().weight(BASE, 1, { ratio: 2 }))).toEqual([7, 14]);
    expect(await run(open().bias(constant(values(1), [1]), 0.5)!)).toEqual([2.5]);
    expect(await run(open().bias(undefined, 0.5)!)).toEqual([1.5]);
  });

  test('at strength 0 is not there', () => {
    expect(open().weight(BASE, 0)).toBe(BASE);
    expect(open().bias(BASE, 0)).toBe(BASE);
    expect(open().bias(undefined, 0)).toBeUndefined();
  });

  test('a strength may be an input of the graph', async () => {
    const strength = input('strength', []);
    const out = open().weight(BASE, strength);
    for (const [value, expected] of [
      [0, [1, 2]],
      [2, [7, 14]],
    ] as const)
      expect(await run(out, { strength: tensor([], values(value)) })).toEqual(expected);
  });

  test('a family that changes nothing leaves the weight itself', () => {
    const silent: WeightAdapter<Made> = { ...made, delta: () => undefined };
    expect(open({}, silent).weight(BASE, 1)).toBe(BASE);
  });

  test('magnitudes keep the lengths that they name', async () => {
    const module = open({ dora_scale: tensor([1, 2], values(10, 20)) });
    expect(module.dora).toBe(true);
    expectClose(Float32Array.from(await run(module.weight(BASE, 1))), values(10, 20));
    expect([...module.save().keys()].sort()).toEqual(['dora_scale', 'made_by']);
  });

  test('is prepared by its family', async () => {
    expect(open().prepares).toBe(false);
    const doubling: WeightAdapter<Made> = {
      ...made,
      prepare: (w, base) => ({ ...w, by: scalar(base.data[0]!) }),
    };
    const module = open({}, doubling);
    expect(module.prepares).toBe(true);
    const ready = module.prepare(tensor([1, 2], values(5, 2)));
    expect(await run(ready.weight(BASE, 1))).toEqual([6, 12]);
    expect([ready.name, ready.family]).toEqual(['layer', 'made']);
  });
});

test('a family with its type forgotten keeps its name and parts', () => {
  const { name, parts, detect } = family(made);
  expect([name, parts]).toEqual(['made', ['made_by']]);
  expect(detect(createParts('file', 'layer', new Map()))).toBe(false);
});
