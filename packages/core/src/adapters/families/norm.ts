import type { Value } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { alphaScale, finish, parseScaling, saved, saveScaling, type Scaling } from '../scaling.ts';

/** Changes of a norm's gain and bias [channels]. */
export interface Norm {
  readonly gain?: Value;
  readonly bias?: Value;
  readonly scaling: Scaling;
}

/** Trained norms. LyCORIS `norms.py`, A1111 `network_norm.py`, which wants both parts. */
export const norm: WeightAdapter<Norm> = {
  name: 'norm',
  detect: (parts) => parts.has('w_norm') || parts.has('b_norm'),
  parse(parts) {
    const [gain, bias] = ['w_norm', 'b_norm'].map((part) => parts.get(part)?.value);
    return { ...(gain ? { gain } : {}), ...(bias ? { bias } : {}), scaling: parseScaling(parts, {}, undefined) };
  },
  delta: (w, base, options) => w.gain && finish(w.gain, base, alphaScale(w.scaling, undefined), options),
  bias: (w) => w.bias,
  init: (base): FreshParts =>
    new Map([
      ['w_norm', tensor(base.shape)],
      ['b_norm', tensor(base.shape)],
    ]),
  save: (w) =>
    new Map<string, Value | number>([
      ...saved('w_norm', w.gain),
      ...saved('b_norm', w.bias),
      ...saveScaling(w.scaling),
    ]),
};
