import { PartError } from '../errors/index.ts';
import { scalar, type Value } from '../graph/index.ts';
import { add, div, mul, reshape, sign, sqrt, sub, sum } from '../ops/index.ts';
import { numel } from '../tensor/index.ts';
import type { Parts, SavedParts } from './adapter.ts';
import { sizes } from './scaling.ts';

/** Magnitudes beside any family: the changed weight is given these lengths. */
export interface Dora {
  /** What the file calls it. */
  readonly key: string;
  /** [1, in, …], [out, 1, …] or [out]. */
  readonly magnitude: Value;
  /** PEFT's `lora_magnitude_vector`: of the outputs, and the strength counts before the lengths are taken. */
  readonly peft?: true;
}

/** The magnitudes of a module, if it has any. */
export function parseDora(parts: Parts): Dora | undefined {
  const own = parts.get('dora_scale');
  if (own) return { key: own.key, magnitude: own.value };
  const peft = parts.get('lora_magnitude_vector');
  return peft && { key: peft.key, magnitude: peft.value, peft: true };
}

export function saveDora({ magnitude, peft }: Dora): SavedParts {
  return new Map([[peft ? 'lora_magnitude_vector' : 'dora_scale', magnitude]]);
}

/**
 * DoRA (Liu et al. 2024): D = V ⊙ g/‖V‖ with V = W + Δ, less W. The length is over everything but the axis of g: inputs
 * (LyCORIS before 3.2, OneTrainer; the only form that A1111 computes as meant) or outputs, told by the shape of g.
 * Throws PartError where g fits neither.
 */
export function decomposed(base: Value, delta: Value, dora: Dora): Value {
  const axis = axisOf(base, dora);
  const v = add(base, delta);
  const others = base.shape.map((_, i) => i).filter((i) => i !== axis);
  const length = sqrt(sum(mul(v, v), others));
  // A direction of length 0 stays 0 instead of becoming 0/0.
  const divisor = add(length, sub(scalar(1), sign(length)));
  const magnitude = reshape(dora.magnitude, length.shape);
  return sub(mul(v, div(magnitude, divisor)), base);
}

function axisOf(base: Value, { key, magnitude, peft }: Dora): 0 | 1 {
  const [out, into] = sizes(base);
  const [first, second] = sizes(magnitude);
  const count = numel(sizes(magnitude));
  if (count === out && (peft || second === undefined)) return 0;
  if (count === into && first === 1) return 1;
  if (count === out && first === out) return 0;
  const ones = base.shape.slice(2).map(() => 1);
  const fitting = peft
    ? [[out]]
    : [
        [1, into, ...ones],
        [out, 1, ...ones],
      ];
  const shapes = fitting.map((shape) => `[${shape.join(', ')}]`).join(' or ');
  throw new PartError(key, `magnitudes ${shapes}, as its layer is [${base.shape.join(', ')}]`, magnitude.shape);
}
