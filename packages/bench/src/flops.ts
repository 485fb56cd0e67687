import { order, type Graph, type Shape, type Value } from '@graft/core/graph';
import { numel } from '@graft/core/tensor';

/**
 * Operations of a graph whose sizes are all numbers: a multiplication and an addition for every product of convolutions, affine maps,
 * matrix products and attention. What goes element by element is left out, as it is in published counts.
 */
export function flops(graph: Graph): number {
  return order(graph).reduce((sum, value) => sum + products(value), 0) * 2;
}

/** Multiplications of one operation. */
function products({ op, ins, shape }: Value): number {
  switch (op.name) {
    case 'conv2d':
      return numel(fixed(shape)) * numel(fixed(ins['weight']!.shape).slice(1));
    case 'linear':
      return numel(fixed(shape)) * fixed(ins['weight']!.shape)[1]!;
    case 'matmul':
      return numel(fixed(shape)) * fixed(ins['a']!.shape).at(-1)!;
    case 'attention': {
      const [rows = 0, queries = 0, width = 0] = fixed(ins['q']!.shape);
      const [, keys = 0, out = 0] = fixed(ins['v']!.shape);
      return rows * queries * keys * (width + out);
    }
    default:
      return 0;
  }
}

function fixed(shape: Shape): number[] {
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    throw new Error(`a size of the graph is ${size}, not a number`);
  });
}
