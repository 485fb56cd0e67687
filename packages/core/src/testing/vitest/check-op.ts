import { expect, test } from 'vitest';
import { input, monomial, type Dim, type Shape, type Value } from '../../graph/index.ts';
import { compile, type IntTensor } from '../../runtime/index.ts';
import { numel, type Tensor } from '../../tensor/index.ts';
import { expectClose, TOLERANCES } from './close.ts';
import { randomFloats } from './random.ts';
import { testRuntime } from './runtime.ts';

/** An operation and what it shall compute. */
export interface OpUnderTest<In extends string, Attrs> {
  /** The operation on symbolic operands. */
  build(ins: Readonly<Record<In, Value>>, attrs: Attrs): Value;
  /** The same on numbers, in float64: a formula that can be read beside the paper's. */
  reference(ins: Readonly<Record<In, Tensor>>, attrs: Attrs): ArrayLike<number>;
  /** What operands are drawn from, where it is not [−2, 2). */
  readonly range?: Partial<Readonly<Record<In, readonly [low: number, high: number]>>>;
  /** Operands that are whole numbers, 0 or more, and below what. */
  readonly below?: Partial<Readonly<Record<In, number>>>;
  readonly tolerance?: { readonly abs: number; readonly rel: number };
  /** Further laws of each case, such as its gradients. */
  also?(checked: CheckedOp<In>): Promise<void>;
}

/** One check of an operation: shapes of its operands, and what their symbolic sizes are. */
export interface OpCase<In extends string, Attrs> {
  readonly ins: Readonly<Record<In, Shape>>;
  readonly attrs?: Attrs;
  readonly sizes?: Readonly<Record<string, number>>;
}

/** What `also` gets: the graph of a case, its operands and its result. */
export interface CheckedOp<In extends string> {
  readonly ins: Readonly<Record<In, Value>>;
  readonly operands: Readonly<Record<In, Tensor>>;
  readonly out: Value;
  readonly result: Tensor;
}

/** The contract of every operation: on random operands the declared type is the computed one, and the values are the reference's. */
export function checkOp<In extends string, Attrs = undefined>(
  op: OpUnderTest<In, Attrs>,
  cases: readonly OpCase<In, Attrs>[],
): void {
  test.each(cases.map((one): [string, OpCase<In, Attrs>] => [title(one), one]))(
    'declared type = computed type, values = reference: %s',
    async (_, { ins, attrs, sizes = {} }) => {
      const names = Object.keys(ins) as In[];
      const record = <T>(make: (name: In, i: number) => T): Record<In, T> =>
        Object.fromEntries(names.map((name, i) => [name, make(name, i)])) as Record<In, T>;
      const dtype = (name: In): 'i64' | 'f32' => (op.below?.[name] === undefined ? 'f32' : 'i64');
      const values = record((name) => input(name, ins[name], dtype(name)));
      const out = op.build(values, attrs as Attrs);
      const operands = record((name, i) => {
        const shape = ins[name].map((dim) => resolve(dim, sizes));
        const range = op.below?.[name] === undefined ? (op.range?.[name] ?? [-2, 2]) : ([0, op.below[name]] as const);
        const data = randomFloats(numel(shape), i + 1, range);
        return { shape, data: dtype(name) === 'i64' ? data.map(Math.floor) : data };
      });

      const program = await compile(await testRuntime(), { outputs: { out } });
      const feeds = record((name): Tensor | IntTensor => {
        const { shape, data } = operands[name];
        return dtype(name) === 'i64' ? { shape, data: BigInt64Array.from(data, BigInt) } : { shape, data };
      });
      const { out: result } = await program.run(feeds);
      await program.release();

      expect(result!.shape).toEqual(out.shape.map((dim) => resolve(dim, sizes)));
      expectClose(result!.data, op.reference(operands, attrs as Attrs), op.tolerance ?? TOLERANCES.f32);
      await op.also?.({ ins: values, operands, out, result: result! });
    },
  );
}

function title({ ins, attrs }: OpCase<string, unknown>): string {
  const shapes = Object.entries(ins).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  return [...shapes, ...(attrs === undefined ? [] : [JSON.stringify(attrs)])].join(', ');
}

/** What a symbolic size is, by rules of its own rather than those under test. */
function resolve(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  const { numerator, denominator, names } = monomial(dim);
  const value = names.reduce((product, name) => {
    const half = /^ceil\((.+)\/2\)$/.exec(name)?.[1];
    const size = half === undefined ? sizes[name] : Math.ceil(resolve(half, sizes) / 2);
    if (size === undefined) throw new Error(`the case does not say what ${name} is`);
    return product * size;
  }, numerator);
  return value / denominator;
}
