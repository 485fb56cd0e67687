import { widen, type DType } from './dtype.ts';

/** Exponents of all ones, which only infinities and NaN have; of two 16-bit floats in a word. */
const HALF_EXPONENTS = 0x7c00;
const BFLOAT_EXPONENTS = 0x7f80;

/** Whether all numbers are finite. Bytes are little-endian, as `widen` takes them; throws RangeError as it does. */
export function allFinite(dtype: DType, bytes: Uint8Array): boolean {
  if ((dtype === 'F16' || dtype === 'BF16') && bytes.byteOffset % 2 === 0) {
    const exponents = dtype === 'F16' ? HALF_EXPONENTS : BFLOAT_EXPONENTS;
    if (bytes.byteOffset % 4 === 0 || bytes.length === 0) return areHalvesFinite(bytes, exponents);
    return isHalfFinite(bytes, 0, exponents) && areHalvesFinite(bytes.subarray(2), exponents);
  }
  const data = widen(dtype, bytes);
  // Whatever is not finite makes the sum of the differences NaN.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  return sum === 0;
}

/** Two numbers at a time: adding one to the lowest bit of an exponent of all ones, and only then, carries into the sign's place. */
function areHalvesFinite(bytes: Uint8Array, exponents: number): boolean {
  const count = bytes.length >> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, count);
  const both = exponents | (exponents << 16);
  const lowest = exponents & -exponents;
  const one = lowest | (lowest << 16);
  let carried = 0;
  const fours = count & ~3;
  // Four words in one expression: twice as fast.
  for (let i = 0; i < fours; i += 4)
    carried |=
      ((words[i]! & both) + one) |
      ((words[i + 1]! & both) + one) |
      ((words[i + 2]! & both) + one) |
      ((words[i + 3]! & both) + one);
  for (let i = fours; i < count; i++) carried |= (words[i]! & both) + one;
  if ((carried & 0x8000_8000) !== 0) return false;
  const odd = count << 2;
  return odd === bytes.length || isHalfFinite(bytes, odd, exponents);
}

function isHalfFinite(bytes: Uint8Array, at: number, exponents: number): boolean {
  return ((bytes[at]! | (bytes[at + 1]! << 8)) & exponents) !== exponents;
}
