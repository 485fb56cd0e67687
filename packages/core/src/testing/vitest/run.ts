import type { Value } from '../../graph/index.ts';
import { compile, type Feeds } from '../../runtime/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { testRuntime } from './runtime.ts';

/** What a graph computes, once. */
export async function evaluate<Name extends string>(
  outputs: Readonly<Record<Name, Value>>,
  feeds: Feeds,
): Promise<Readonly<Record<Name, Tensor>>> {
  const program = await compile(await testRuntime(), { outputs });
  try {
    return await program.run(feeds);
  } finally {
    await program.release();
  }
}

/** A picture or latent moved to the right and down by so many pixels, the edge coming back on the other side. */
export function rolled({ shape, data }: Tensor, down: number, right: number): Tensor {
  const [, , h = 0, w = 0] = shape;
  return {
    shape,
    data: Float32Array.from(data, (_, i) => {
      const [plane, y, x] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
      return data[plane * h * w + ((y - down + h) % h) * w + ((x - right + w) % w)]!;
    }),
  };
}
