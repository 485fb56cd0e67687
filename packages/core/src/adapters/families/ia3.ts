import { ShapeError } from '../../errors/index.ts';
import { scalar, type Value } from '../../graph/index.ts';
import { mul, reshape, sub } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { alphaScale, finish, parseScaling, saved, saveScaling, sizes, type Scaling } from '../scaling.ts';
import { number } from '../uniform.ts';

/** One number for each channel that goes out, or that comes in. */
export interface Ia3 {
  /** Offsets from 1 [channels], or the factors themselves (PEFT) [channels, 1] or [1, channels]. */
  readonly weight: Value;
  /** Scales what comes in, not what goes out. PEFT tells it by the shape. */
  readonly onInput: boolean;
  /** PEFT's `ia3_l`: factors, which scale the bias of what goes out too. */
  readonly factors?: true;
  readonly scaling: Scaling;
}

/** (IA)³ (Liu et al. 2022): channels scaled. LyCORIS `ia3.py`, A1111 `network_ia3.py`, PEFT `tuners/ia3`. */
export const ia3: WeightAdapter<Ia3> = {
  name: 'ia3',
  // `weight` alone is any weight; `on_input` makes it this family's.
  detect: (parts) => parts.has('on_input') || parts.has('ia3_l'),
  parse(parts) {
    const scaling = parseScaling(parts, {}, undefined);
    const factors = parts.get('ia3_l');
    if (factors)
      return {
        weight: factors.value,
        onInput: factors.shape[0] === 1 && numel(factors.shape) > 1,
        factors: true,
        scaling,
      };
    const onInput = parts.number('on_input');
    return { weight: parts.need('weight').value, onInput: onInput !== undefined && onInput !== 0, scaling };
  },
  // ΔW = W ⊙ w, w along what comes in or what goes out
  delta(w, base, options) {
    const axis = w.onInput ? 1 : 0;
    return finish(mul(base, along(offsets(w), base, axis)), base, alphaScale(w.scaling, undefined), options);
  },
  bias: (w, base) => (w.factors && !w.onInput && base ? mul(base, along(offsets(w), base, 0)) : undefined),
  init(base, { onInput = false }): FreshParts {
    const channels = base.shape[onInput ? 1 : 0]!;
    const shape = base.shape.length > 2 ? [1, channels, 1, 1] : [channels];
    return new Map([
      ['weight', tensor(shape)],
      ['on_input', number(onInput ? 1 : 0)],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      [w.factors ? 'ia3_l' : 'weight', w.weight],
      ...saved('on_input', w.factors ? undefined : w.onInput ? 1 : 0),
      ...saveScaling(w.scaling),
    ]),
};

function offsets({ weight, factors }: Ia3): Value {
  return factors ? sub(weight, scalar(1)) : weight;
}

/** A list of channels along one axis of the base. Throws ShapeError where their number differs. */
function along(list: Value, base: Value, axis: number): Value {
  const channels = sizes(base)[axis];
  if (numel(sizes(list)) !== channels) throw new ShapeError('adapter', `${channels} channels`, list.shape);
  return reshape(
    list,
    base.shape.map((_, i) => (i === axis ? channels : 1)),
  );
}
