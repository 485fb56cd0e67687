import { numel, tensor, type Tensor, type TorchRandom } from '../tensor/index.ts';

/** torch's kaiming_uniform with a = √5: uniform in ±1/√(fan in), fan in being the product of all sizes but the first. */
export function kaimingUniform(shape: readonly number[], rng: TorchRandom): Tensor {
  const bound = 1 / Math.sqrt(numel(shape.slice(1)));
  const data = rng.uniform(numel(shape));
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * 2 * bound - bound;
  return tensor(shape, data);
}

/** Normal numbers of a deviation. */
export function normal(shape: readonly number[], deviation: number, rng: TorchRandom): Tensor {
  return tensor(
    shape,
    rng.normal(numel(shape)).map((x) => x * deviation),
  );
}

/** One number as a tensor without axes. */
export function number(value: number): Tensor {
  return tensor([], Float32Array.of(value));
}
