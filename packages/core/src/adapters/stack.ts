import { AdapterError, PartError, ShapeError } from '../errors/index.ts';
import { input, weight as storedWeight, type Graph, type Value, type WeightRef } from '../graph/index.ts';
import type { Component, Module, NameTable, StoredName } from '../models/names/index.ts';
import { SLICES } from '../models/names/index.ts';
import type { Door } from '../nn/index.ts';
import { add, concat, slice, sub, transpose } from '../ops/index.ts';
import { numel, tensor, widen, type Tensor } from '../tensor/index.ts';
import type { AdapterModule, ModuleOptions, Strength } from './module.ts';
import type { Adapter } from './open.ts';
import type { Resolver } from './resolve.ts';

/** An adapter and how it is used. */
export interface Applied {
  readonly adapter: Adapter;
  readonly resolve: Resolver;
  /** Strength on text encoders. */
  readonly te: number;
  /** Strength on the UNet. */
  readonly unet: number;
  /** Use only the first so many ranks. */
  readonly dyn?: number | undefined;
  /** The weight of the block that a layer lies in; 1 for all if absent. */
  readonly ratio?: ((layer: Module) => number) | undefined;
}

/** The stored weights that a stack stands on. */
export interface BaseWeights {
  /** A component's tensor by its key below the component's prefix. */
  get(component: Component, key: string): WeightRef | undefined;
}

/** The weights of a checkpoint, by its names. */
export function storedWeights(weights: ReadonlyMap<string, WeightRef>, names: NameTable): BaseWeights {
  return {
    get(component, key) {
      const place = names.places.find((candidate) => candidate.component === component);
      return place && weights.get(place.prefix + key);
    },
  };
}

export interface StackOptions {
  /**
   * `live`: strengths are graph inputs, so that they may change from run to run. Else they are numbers in the graph, and what has
   * strength 0 is not there at all.
   */
  readonly live?: boolean;
  /**
   * What each delta is computed from: the weight that the adapters before it have changed (A1111's default), or the model's own
   * (its option lora_functional). The same for families that only add.
   */
  readonly from?: 'changed' | 'pristine';
}

/** A module that does not fit its layer. */
export interface Misfit {
  readonly module: string;
  readonly reason: string;
  /** One of its tensors fits no layer that the others fit. */
  readonly isFileFault: boolean;
}

/** What became of an adapter's modules on this model. */
export interface AppliedReport {
  readonly adapter: Adapter;
  /** How many modules change a layer. */
  readonly matched: number;
  /** Modules whose layer the model does not have. */
  readonly unmatched: readonly string[];
  /** Modules whose layer has another shape. A1111 counts them as "Networks with errors". */
  readonly misfits: readonly Misfit[];
}

/** Several adapters in order, always from the model's own weights. */
export interface Stack {
  readonly reports: readonly AppliedReport[];
  /** Stands at the door of a component's weights, whose names are those below its prefix. */
  door(component: Component): Door;
  /** Keys of the weights that change, and of biases that the model does not have. */
  touched(component: Component): readonly string[];
  /**
   * The changed weights alone: an output for each of `keys` (all that change if absent). `''` for an output's name is the key itself.
   * Weights are too many for one run where a model is large: ask for them in parts.
   */
  merge(component: Component, keys?: readonly string[]): Graph;
  /** What a live graph is fed: every strength under its input's name. Others than those of `applied` may be given, in order. */
  feeds(strengths?: readonly { readonly te: number; readonly unet: number }[]): Readonly<Record<string, Tensor>>;
}

interface Change {
  readonly index: number;
  readonly module: AdapterModule;
  readonly layer: Module;
  readonly part: 'weight' | 'bias';
  readonly stored: StoredName;
}

/**
 * Puts adapters on a model. A1111 `networks.py` network_apply_weights: layer by layer, in the order given, each delta from the weight
 * as it is by then. Throws AdapterError for an adapter of which no module fits, with what does not fit.
 */
export async function createStack(
  applied: readonly Applied[],
  base: BaseWeights,
  options: StackOptions = {},
): Promise<Stack> {
  const changes = new Map<Component, Map<string, Change[]>>();
  const reports: AppliedReport[] = [];
  for (const [index, one] of applied.entries()) reports.push(await place(one, index, base, changes));

  const strength = (index: number, component: Component): Strength => {
    const part = component === 'unet' ? 'unet' : 'te';
    return options.live === true ? input(`strength.${index}.${part}`, []) : applied[index]![part];
  };
  const fold = (component: Component, key: string, stored: Value | undefined): Value | undefined => {
    let value = stored;
    for (const change of changes.get(component)?.get(key) ?? []) {
      const origin = options.from === 'pristine' ? stored : value;
      const { dyn, ratio } = applied[change.index]!;
      const next = changed(change, origin, strength(change.index, component), { dyn, ratio: ratio?.(change.layer) });
      if (next === origin) continue;
      value = origin === value ? next : add(value!, origin ? sub(next!, origin) : next!);
    }
    return value;
  };
  return {
    reports,
    door: (component) =>
      Object.assign((name: string, stored: Value) => fold(component, name, stored)!, {
        added: (name: string) => fold(component, name, undefined),
      }),
    touched: (component) =>
      [...(changes.get(component) ?? [])]
        .filter(([, list]) => options.live === true || list.some(({ index }) => strength(index, component) !== 0))
        .map(([key]) => key),
    merge(component, keys) {
      const wanted = keys ?? [...(changes.get(component)?.keys() ?? [])];
      return {
        outputs: Object.fromEntries(
          wanted.flatMap((key) => {
            const ref = base.get(component, key);
            const value = fold(component, key, ref && storedWeight(ref));
            return value ? [[key, value]] : [];
          }),
        ),
      };
    },
    feeds: (strengths = applied) =>
      Object.fromEntries(
        strengths.flatMap(({ te, unet }, index) => [
          [`strength.${index}.te`, tensor([], Float32Array.of(te))],
          [`strength.${index}.unet`, tensor([], Float32Array.of(unet))],
        ]),
      ),
  };
}

/** Finds the layer of every module, tries its delta on it, and notes the changes. */
async function place(
  { adapter, resolve, dyn }: Applied,
  index: number,
  base: BaseWeights,
  changes: Map<Component, Map<string, Change[]>>,
): Promise<AppliedReport> {
  const unmatched: string[] = [];
  const misfits: Misfit[] = [];
  let matched = 0;
  for (const raw of adapter.modules) {
    const layer = resolve(raw.name);
    const ref = layer && base.get(layer.component, layer.weight.key);
    if (!layer || !ref) {
      unmatched.push(raw.name);
      continue;
    }
    try {
      const module = raw.prepares ? raw.prepare(await hostWeight(ref, layer.weight)) : raw;
      const found = changesOf(module, layer, base, dyn).map((change) => ({ ...change, index }));
      for (const change of found) {
        const own = changes.get(layer.component) ?? new Map<string, Change[]>();
        changes.set(layer.component, own);
        own.set(change.stored.key, [...(own.get(change.stored.key) ?? []), change]);
      }
      matched += 1;
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      misfits.push({ module: raw.name, reason: reasonOf(error), isFileFault: error instanceof PartError });
    }
  }
  if (matched === 0 && adapter.modules.length > 0) throw fitsNothing(adapter, unmatched, misfits);
  return { adapter, matched, unmatched, misfits };
}

/** What a module changes of its layer. Throws ShapeError where it does not fit. */
function changesOf(
  module: AdapterModule,
  layer: Module,
  base: BaseWeights,
  dyn: number | undefined,
): Omit<Change, 'index'>[] {
  const found: Omit<Change, 'index'>[] = [];
  const weightRef = base.get(layer.component, layer.weight.key)!;
  const own = storedWeight(weightRef);
  const weight = { module, layer, part: 'weight' as const, stored: layer.weight };
  if (changed(weight, own, 1, { dyn }) !== own) found.push(weight);
  const stored = layer.bias ?? addedBias(layer.weight);
  if (!stored) return found;
  const biasRef = base.get(layer.component, stored.key);
  const ownBias = biasRef && storedWeight(biasRef);
  const width = biasRef ? biasRef.shape[0] : layer.shape[0];
  const bias = { module, layer, part: 'bias' as const, stored };
  const next = changed(bias, ownBias, 1, {});
  if (next && numel(next.shape.map(Number)) !== width) {
    throw new ShapeError('adapter', `a change of a bias [${width}]`, next.shape);
  }
  if (next !== ownBias) found.push(bias);
  return found;
}

/** Where a layer without a bias gets one: beside its weight. A weight that is no layer's, such as OpenCLIP's `text_projection`, takes none. */
function addedBias({ key }: StoredName): StoredName | undefined {
  const beside = key.replace(/weight$/, 'bias');
  return beside === key ? undefined : { key: beside };
}

/** The stored tensor with a change: all of it, or the third of its rows that is the layer's. */
function changed(
  { module, part, stored }: Pick<Change, 'module' | 'part' | 'stored'>,
  value: Value | undefined,
  strength: Strength,
  options: ModuleOptions,
): Value | undefined {
  const apply = (own: Value | undefined): Value | undefined =>
    part === 'bias' ? module.bias(own, strength) : own && module.weight(own, strength, options);
  if (!value || !stored.slice) {
    if (!value || !stored.transposed) return apply(value);
    const turned = transpose(value, [1, 0]);
    const next = apply(turned)!;
    return next === turned ? value : transpose(next, [1, 0]);
  }
  const rows = Number(value.shape[0]);
  const third = rows / SLICES.length;
  const start = SLICES.indexOf(stored.slice) * third;
  const own = slice(value, { axis: 0, start, end: start + third });
  const next = apply(own)!;
  if (next === own) return value;
  const before = start > 0 ? concat(slice(value, { axis: 0, start: 0, end: start }), next, 0) : next;
  return start + third < rows ? concat(before, slice(value, { axis: 0, start: start + third, end: rows }), 0) : before;
}

/** A layer's stored weight on the host. */
async function hostWeight(ref: WeightRef, stored: StoredName): Promise<Tensor> {
  const data = widen(ref.dtype, await ref.store.read(ref.offset, ref.offset + ref.length));
  if (!stored.slice) return tensor(ref.shape, data);
  const third = data.length / SLICES.length;
  const start = SLICES.indexOf(stored.slice) * third;
  return tensor([ref.shape[0]! / SLICES.length, ...ref.shape.slice(1)], data.subarray(start, start + third));
}

/** What does not fit, without a word for whose code found it. */
function reasonOf(error: ShapeError): string {
  if (error instanceof PartError) return error.message;
  return `expected ${error.expected}, got [${error.got.join(', ')}]`;
}

function fitsNothing(
  { name, modules }: Adapter,
  unmatched: readonly string[],
  misfits: readonly Misfit[],
): AdapterError {
  const misfit = misfits.find(({ isFileFault }) => !isFileFault) ?? misfits[0];
  if (misfit?.isFileFault === true)
    return new AdapterError(name, `has tensors that do not fit each other. ${misfit.reason}`, {
      hint: 'The file is at fault, not the checkpoint: get it anew, or from elsewhere.',
    });
  if (misfit) {
    return new AdapterError(
      name,
      `is for another base model: ${modules.length === 1 ? `its only module, ${misfit.module}, does not fit` : `none of its ${modules.length} modules fits, such as ${misfit.module}`}: ${misfit.reason}`,
      {
        hint: 'Use it with a checkpoint of the kind that it was trained on.',
      },
    );
  }
  const others = modules.length - 1;
  return new AdapterError(
    name,
    `fits nothing in this model, which has no layer ${unmatched[0]}${others > 0 ? `, nor any of the other ${others}` : ''}`,
    {
      hint: 'Use it with a checkpoint of the kind that it was trained on.',
    },
  );
}
