import { describe, expect, test } from 'vitest';
import {
  createParts,
  FAMILIES,
  hostParts,
  type AdapterModule,
  type FreshParts,
  type InitOptions,
  type WeightAdapter,
} from '../../adapters/index.ts';
import { AdapterError } from '../../errors/index.ts';
import { constant, input, inputName, order, type Value } from '../../graph/index.ts';
import { describeModel } from '../../models/index.ts';
import { sub as minus } from '../../ops/index.ts';
import { compile } from '../../runtime/index.ts';
import { numel, tensor, torchRandom, type Tensor } from '../../tensor/index.ts';
import { expectClose } from './close.ts';
import { madeModel } from './model-file.ts';
import { randomFloats } from './random.ts';
import { testRuntime } from './runtime.ts';

/** A family and layers that it is tried on. */
export interface AdapterUnderTest<T> {
  readonly family: WeightAdapter<T>;
  readonly cases: readonly AdapterCase[];
  /** Doubling alpha doubles the delta. */
  readonly linear?: boolean;
  /** Parts that a module may lack. */
  readonly optional?: readonly string[];
}

export interface AdapterCase {
  /** Shape of the layer's weight. */
  readonly base: readonly number[];
  readonly options?: Partial<InitOptions>;
}

const LAYER = 'lora_unet_layer';

/** The contract of every family of weight adapters. */
export function checkAdapter<T>({ family, cases, linear = false, optional = [] }: AdapterUnderTest<T>): void {
  describe.each(cases.map((one) => [`[${one.base.join(', ')}] ${JSON.stringify(one.options ?? {})}`, one] as const))(
    'on %s',
    (_, one) => {
      const base = tensor(one.base, randomFloats(numel(one.base), 1));
      const fresh = family.init(base, { rank: 2, alpha: 3, ...one.options }, torchRandom(5));
      const trained = randomised(fresh);
      const w = constant(base.data, base.shape);
      const open = (parts: FreshParts): AdapterModule => openModule(parts).prepare(base);

      test('one family claims it, and its name is its own', () => {
        const found = FAMILIES.filter((other) => other.detect(createParts('file', LAYER, hostParts(LAYER, trained))));
        expect(found.map(({ name }) => name)).toEqual([family.name]);
      });

      test('a file of it is known as an adapter', async () => {
        const tensors = [...trained].map(([part, value]) => [`${LAYER}.${part}`, value] as const);
        const { file } = await madeModel('file', Object.fromEntries(tensors));
        expect(describeModel(file)).toMatchObject({ kind: 'adapter', adapter: { modules: 1, broken: [] } });
      });

      test('parse and save are each other’s inverse, and every part is claimed', () => {
        const claimed = new Set<string>();
        const parts = hostParts(LAYER, trained);
        const parsed = family.parse(
          createParts('file', LAYER, parts, (key) => claimed.add(key)),
          {},
        );
        const saved = family.save(parsed);
        expect([...saved.keys()].sort()).toEqual([...trained.keys()].sort());
        for (const [part, value] of saved) {
          if (typeof value === 'number') expect(value).toBe(trained.get(part)!.data[0]);
          else expect(value).toBe(parts.get(part)!.value);
        }
        expect([...claimed].sort()).toEqual([...trained.keys()].map((part) => `${LAYER}.${part}`).sort());
      });

      test('fresh, it changes nothing; trained, its delta has the shape of the base and is finite', async () => {
        const { start, delta } = await runOutputs({
          start: minus(open(fresh).weight(w, 1), w),
          delta: open(trained).weight(w, 1),
        });
        expect(Math.max(...start!.data.map(Math.abs))).toBe(0);
        expect(delta!.shape).toEqual(one.base);
        expect(delta!.data.every(Number.isFinite)).toBe(true);
        expect(delta!.data).not.toEqual(base.data);
      });

      test('strength 0 is the base bit for bit, and merged equals live', async () => {
        const module = open(trained);
        expect(module.weight(w, 0)).toBe(w);
        const strength = input('strength', []);
        const live = module.weight(w, strength);
        const at = async (value: number): Promise<Float32Array> =>
          (await runOutputs({ live }, { strength: tensor([], Float32Array.of(value)) })).live!.data;
        expect(await at(0)).toEqual(base.data);
        expectClose(await at(0.7), (await runOutputs({ merged: module.weight(w, 0.7) })).merged!.data);
      });

      if (linear) {
        test('doubling alpha doubles the delta', async () => {
          const twice = new Map(
            [...trained].map(([part, value]) => [
              part,
              part === 'alpha'
                ? tensor(
                    [],
                    value.data.map((x) => 2 * x),
                  )
                : value,
            ]),
          );
          const { once, doubled } = await runOutputs({
            once: minus(open(trained).weight(w, 1), w),
            doubled: minus(open(twice).weight(w, 1), w),
          });
          expectClose(
            doubled!.data,
            once!.data.map((x) => 2 * x),
          );
        });
      }

      test.each([...trained.keys()])('without %s it is refused by name, or does without', (part) => {
        const rest = new Map([...trained].filter(([name]) => name !== part));
        const parts = createParts('file', LAYER, hostParts(LAYER, rest));
        if (!family.detect(parts)) return;
        if (optional.includes(part) || part === 'alpha') expect(() => family.parse(parts, {})).not.toThrow();
        else
          expect(() => family.parse(parts, {})).toThrow(
            expect.objectContaining({ name: AdapterError.name, key: expect.stringContaining(LAYER) as string }),
          );
      });
    },
  );
}

/** The module of these parts, by whichever family claims them. */
export function openModule(
  parts: FreshParts,
  hints: Parameters<(typeof FAMILIES)[number]['open']>[1] = {},
): AdapterModule {
  const own = createParts('file', LAYER, hostParts(LAYER, parts));
  return FAMILIES.find((family) => family.detect(own))!.open(own, hints);
}

/** Runs graphs' outputs once. */
export async function runOutputs(
  outputs: Readonly<Record<string, Value>>,
  feeds: Readonly<Record<string, Tensor>> = {},
): Promise<Readonly<Record<string, Tensor>>> {
  const program = await compile(await testRuntime(), { outputs });
  const used = new Set(order({ outputs }).flatMap((value) => inputName(value) ?? []));
  const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => used.has(name))));
  await program.release();
  return results;
}

/** The same parts with random numbers, as training leaves them. Single numbers stay. */
function randomised(parts: FreshParts): FreshParts {
  return new Map(
    [...parts].map(([part, { shape }], i) => [
      part,
      shape.length === 0 ? parts.get(part)! : tensor(shape, randomFloats(numel(shape), i + 2)),
    ]),
  );
}
