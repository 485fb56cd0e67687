import { input, weight } from '../../graph/index.ts';
import { taesdDecoder, taesdEncoder } from '../../models/index.ts';
import type { Scope } from '../../nn/index.ts';
import { numel, tensor, type Tensor } from '../../tensor/index.ts';
import { randomFloats } from './random.ts';
import { floatWeight, shapesOnly } from './weights.ts';

/** A scope that has every weight in every shape, and notes what is taken. */
export function recordingScope(): { readonly scope: Scope; readonly shapes: Record<string, readonly number[]> } {
  const shapes: Record<string, readonly number[]> = {};
  const scopeAt = (path: string): Scope => {
    const full = (name: string): string => (path === '' ? name : `${path}.${name}`);
    return {
      path,
      at: (below) => scopeAt(full(String(below))),
      weight(name, shape) {
        shapes[full(name)] = shape;
        return weight(shapesOnly({ [full(name)]: shape }).get(full(name))!);
      },
      added: () => undefined,
      shapeOf: (name) => shapes[full(name)],
    };
  };
  return { scope: scopeAt(''), shapes };
}

/** Names and shapes of the weights that a network takes. */
export function shapesOf(network: (p: Scope) => unknown): Record<string, readonly number[]> {
  const { scope, shapes } = recordingScope();
  network(scope);
  return shapes;
}

/** Seeded weights for a network: matrices that keep the size of what they multiply, all else around 1. */
export function madeUpTensors(shapes: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      const size = shape.length < 2 ? 1 : Math.sqrt(3 / numel(shape.slice(1)));
      const low = shape.length < 2 && name.endsWith('weight') ? 0.5 : -size;
      return [name, tensor(shape, randomFloats(numel(shape), i + 1, [low, size]))];
    }),
  );
}

/** The same as weights of graphs. */
export function madeUpWeights(
  shapes: Readonly<Record<string, readonly number[]>>,
): ReadonlyMap<string, ReturnType<typeof floatWeight>> {
  return new Map(
    Object.entries(madeUpTensors(shapes)).map(([name, { shape, data }]) => [name, floatWeight(name, shape, data)]),
  );
}

/** Made-up weights of the tiny autoencoder's two sides, under the published names. */
export function madeUpTaesd(): {
  readonly decoder: Readonly<Record<string, Tensor>>;
  readonly encoder: Readonly<Record<string, Tensor>>;
} {
  return {
    decoder: madeUpTensors(shapesOf((p) => taesdDecoder(p, input('latent', ['b', 4, 'h', 'w'])))),
    encoder: madeUpTensors(shapesOf((p) => taesdEncoder(p, input('pixels', ['b', 3, '8*h', '8*w'])))),
  };
}
