import type { Value } from '../graph/index.ts';
import * as ops from '../ops/index.ts';
import { fixed } from './fixed.ts';
import type { Scope } from './scope.ts';

/** Affine map. x [..., in] → [..., out]. */
export function linear(p: Scope, x: Value, out: number, options: { readonly bias?: boolean } = {}): Value {
  const weight = p.weight('weight', [out, fixed(x, -1)]);
  return options.bias === false ? ops.linear(x, weight) : ops.linear(x, weight, p.weight('bias', [out]));
}

export interface ConvOptions {
  readonly stride?: number;
  /** Zeros at the top, left, bottom, right; half the kernel on all sides if absent. */
  readonly pads?: readonly [number, number, number, number];
  /** Pad with the opposite edge, for pictures that tile. */
  readonly wrap?: boolean;
  readonly bias?: boolean;
}

/** Convolution with a square kernel. x [b, c, h, w] → [b, out, h/stride, w/stride]. */
export function conv2d(p: Scope, x: Value, out: number, kernel: number, options: ConvOptions = {}): Value {
  const half = (kernel - 1) / 2;
  const weight = p.weight('weight', [out, fixed(x, 1), kernel, kernel]);
  return ops.conv2d(x, weight, options.bias === false ? undefined : p.weight('bias', [out]), {
    stride: options.stride ?? 1,
    pads: options.pads ?? [half, half, half, half],
    wrap: options.wrap === true && half > 0 && options.pads === undefined,
  });
}

/** Group norm in 32 groups. x [b, c, h, w] → same shape. */
export function groupNorm(p: Scope, x: Value, eps = 1e-5): Value {
  const channels = fixed(x, 1);
  return ops.groupNorm(x, p.weight('weight', [channels]), p.weight('bias', [channels]), { groups: 32, eps });
}

/** Layer norm over the last axis. x [..., d] → same shape. */
export function layerNorm(p: Scope, x: Value, eps = 1e-5): Value {
  const width = fixed(x, -1);
  return ops.layerNorm(x, p.weight('weight', [width]), p.weight('bias', [width]), eps);
}
