import { numbers, writeHalves, type Shapes } from './half-file.ts';

const ONE = 0x3c00;

/** Writes a checkpoint of seeded random half-precision weights: norms are 1, the rest uniform and small. → bytes of its tensors */
export function writeCheckpoint(path: string, shapes: Shapes): number {
  const values = Uint16Array.from({ length: 4096 }, (_, i) => half(0.03 * (i / 2048 - 1)));
  const next = numbers(12345);
  return writeHalves(path, shapes, (into, name, shape) => {
    if (shape.length === 1 && name.endsWith('weight')) into.fill(ONE);
    else for (let i = 0; i < into.length; i++) into[i] = values[next() >>> 20]!;
  });
}

/** Bits of the half nearest to zero from a small normal number; smaller ones become zero. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
