import { scalar, type Value } from '../graph/index.ts';
import { add, mul, sign } from '../ops/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Hints, Parts, SavedParts, WeightAdapter } from './adapter.ts';
import { decomposed, parseDora, saveDora, type Dora } from './dora.ts';
import { times } from './scaling.ts';
import { parseResidual, residualOf, saveResidual, type Residual } from './residual.ts';

/** How strongly: a number, or a graph input that may change from run to run. */
export type Strength = number | Value;

export interface ModuleOptions {
  readonly dyn?: number | undefined;
  /** Weight of the layer's block: multiplies one factor, not the bias. */
  readonly ratio?: Strength | undefined;
}

/** What an adapter file holds for one layer: a family and its tensors, magnitudes and residuals. */
export interface AdapterModule {
  /** The layer as the file names it. */
  readonly name: string;
  readonly family: string;
  /** Shapes of its parts by canonical name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Whether it has magnitudes (DoRA). */
  readonly dora: boolean;
  /** Must get the unchanged weight before graphs are made. */
  readonly prepares: boolean;
  /** The module with what it needs of the unchanged weight. */
  prepare(base: Tensor): AdapterModule;
  /** The changed weight. At strength 0, and where it changes nothing, `base` itself. Throws ShapeError where it does not fit. */
  weight(base: Value, strength: Strength, options?: ModuleOptions): Value;
  /** The changed bias; `base` is undefined where the layer has none, and so is the result if nothing is added. */
  bias(base: Value | undefined, strength: Strength): Value | undefined;
  /** Its parts, to be written. */
  save(): SavedParts;
}

/** A family with its type forgotten: what the list of families holds. */
export interface Family {
  readonly name: string;
  /** Ends of keys that are its parts and that no other family has: for families from outside. */
  readonly parts?: readonly string[];
  detect(parts: Parts): boolean;
  /** The module of these parts. Throws AdapterError. */
  open(parts: Parts, hints: Hints): AdapterModule;
}

/** Forgets the type of a family's tensors. */
export function family<T>(adapter: WeightAdapter<T>): Family {
  return {
    name: adapter.name,
    ...(adapter.parts ? { parts: adapter.parts } : {}),
    detect: (parts) => adapter.detect(parts),
    open(parts, hints) {
      const w = adapter.parse(parts, hints);
      return moduleOf(adapter, w, {
        name: parts.module,
        shapes: parts.shapes,
        dora: parseDora(parts),
        residual: parseResidual(parts),
      });
    },
  };
}

interface Extras {
  readonly name: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly dora: Dora | undefined;
  readonly residual: Residual | undefined;
}

function moduleOf<T>(adapter: WeightAdapter<T>, w: T, extras: Extras): AdapterModule {
  const { dora, residual } = extras;
  return {
    name: extras.name,
    family: adapter.name,
    shapes: extras.shapes,
    dora: dora !== undefined,
    prepares: adapter.prepare !== undefined,
    prepare: (base) =>
      adapter.prepare ? moduleOf(adapter, adapter.prepare(w, base), extras) : moduleOf(adapter, w, extras),
    weight(base, strength, options = {}) {
      if (strength === 0) return base;
      const ratio = options.ratio === 1 ? undefined : options.ratio;
      const delta = adapter.delta(w, base, {
        dyn: options.dyn,
        ratio: ratio === undefined ? undefined : asValue(ratio),
        residual: residual && residualOf(residual, base),
      });
      if (!delta) return base;
      if (!dora) return add(base, times(delta, strength));
      if (!dora.peft) return add(base, times(decomposed(base, delta, dora), strength));
      // PEFT's strength counts before the lengths are taken; only 0 itself turns the layer back.
      return add(base, times(decomposed(base, times(delta, strength), dora), isOn(strength)));
    },
    bias(base, strength) {
      const change = strength === 0 ? undefined : adapter.bias?.(w, base);
      if (!change) return base;
      const scaled = times(change, strength);
      return base ? add(base, scaled) : scaled;
    },
    save: () =>
      new Map([...adapter.save(w), ...(residual ? saveResidual(residual) : []), ...(dora ? saveDora(dora) : [])]),
  };
}

function asValue(strength: Strength): Value {
  return typeof strength === 'number' ? scalar(strength) : strength;
}

/** 1, or 0 for a strength that turns out to be 0. */
function isOn(strength: Strength): Strength {
  return typeof strength === 'number' ? 1 : mul(sign(strength), sign(strength));
}
