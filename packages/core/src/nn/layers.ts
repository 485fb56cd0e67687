import type { Value } from '../graph/index.ts';
import * as ops from '../ops/index.ts';
import { fixed } from './fixed.ts';
import type { Scope } from './scope.ts';

/** A layer's bias. One that has none may be given one by an adapter. */
function biasOf(p: Scope, out: number, { bias = true }: { readonly bias?: boolean }): Value | undefined {
  return bias ? p.weight('bias', [out]) : p.added('bias', [out]);
}

/** Affine map. x [..., in] → [..., out]. */
export function linear(p: Scope, x: Value, out: number, options: { readonly bias?: boolean } = {}): Value {
  const weight = p.weight('weight', [out, fixed(x, -1)]);
  return ops.linear(x, weight, biasOf(p, out, options));
}

/** Affine map whose result is wanted in equal parts along its last axis. x [..., in] → `count` times [..., out/count]. */
export function linearParts(p: Scope, x: Value, out: number, count: number): Value[] {
  const weight = p.weight('weight', [out, fixed(x, -1)]);
  const bias = biasOf(p, out, {});
  const size = out / count;
  return Array.from({ length: count }, (_, i) => {
    const part = (all: Value): Value => ops.rows(all, i * size, (i + 1) * size);
    return ops.linear(x, part(weight), bias && part(bias));
  });
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
  return ops.conv2d(x, weight, biasOf(p, out, options), {
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
