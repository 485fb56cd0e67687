import { weight, weightOf, type Value } from '../graph/index.ts';
import { add } from './add.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { sub } from './sub.ts';

/**
 * Rows [start, end) of the first axis, by what they are made of where that can be said: rows of a stored tensor are a stored tensor, rows of
 * B·A are those of B times A. Nothing is computed only to be left out, and nothing copied. x [n, ...] → [end − start, ...].
 */
export function rows(x: Value, start: number, end: number): Value {
  const count = Number(x.shape[0]);
  if (start === 0 && end === count) return x;
  const ref = weightOf(x);
  if (ref) {
    const row = ref.length / count;
    const { computed, ...rest } = ref;
    return weight({
      ...rest,
      name: `${ref.name}[${start}:${end}]`,
      shape: [end - start, ...ref.shape.slice(1)],
      offset: ref.offset + start * row,
      length: (end - start) * row,
      ...(computed ? { computed: rows(computed, start, end) } : {}),
    });
  }
  const { a, b } = x.ins;
  // A factor or term that broadcasts along the first axis serves any of its rows.
  const part = (one: Value): Value =>
    one.shape.length === x.shape.length && one.shape[0] === count ? rows(one, start, end) : one;
  switch (x.op.name) {
    case 'add':
      return add(part(a!), part(b!));
    case 'sub':
      return sub(part(a!), part(b!));
    case 'mul':
      return mul(part(a!), part(b!));
    case 'matmul':
      if (x.shape.length === 2) return matmul(rows(a!, start, end), b!);
      break;
    case 'reshape':
      if (x.ins['x']!.shape[0] === count)
        return reshape(rows(x.ins['x']!, start, end), [end - start, ...x.shape.slice(1)]);
  }
  return slice(x, { axis: 0, start, end });
}
