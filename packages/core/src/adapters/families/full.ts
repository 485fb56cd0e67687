import type { Value } from '../../graph/index.ts';
import { sub } from '../../ops/index.ts';
import { tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { alphaScale, finish, parseScaling, saved, saveScaling, shapedAs, type Scaling } from '../scaling.ts';

/** The whole difference of a layer. */
export interface Full {
  /** W tuned − W, in any shape of as many elements. */
  readonly diff?: Value;
  /** The tuned weight itself, instead of the difference (ComfyUI). */
  readonly set?: Value;
  /** Difference of the bias; a layer without one gets one. */
  readonly bias?: Value;
  readonly scaling: Scaling;
}

/** A full difference. LyCORIS `full.py`, A1111 `network_full.py`, ComfyUI `comfy/lora.py`. */
export const full: WeightAdapter<Full> = {
  name: 'full',
  detect: (parts) => ['diff', 'diff_b', 'set_weight'].some((part) => parts.has(part)),
  parse(parts, hints) {
    const [diff, set, bias] = ['diff', 'set_weight', 'diff_b'].map((part) => parts.get(part)?.value);
    return {
      ...(diff ? { diff } : {}),
      ...(set ? { set } : {}),
      ...(bias ? { bias } : {}),
      scaling: parseScaling(parts, hints, undefined),
    };
  },
  delta(w, base, options) {
    const raw = w.diff ?? (w.set && sub(shapedAs(base, w.set), base));
    return raw && finish(raw, base, alphaScale(w.scaling, undefined), options);
  },
  bias: (w) => w.bias,
  init: (base): FreshParts => new Map([['diff', tensor(base.shape)]]),
  save: (w) =>
    new Map<string, Value | number>([
      ...saved('diff', w.diff),
      ...saved('set_weight', w.set),
      ...saved('diff_b', w.bias),
      ...saveScaling(w.scaling),
    ]),
};
