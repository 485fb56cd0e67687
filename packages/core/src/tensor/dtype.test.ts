import { describe, expect, test } from 'vitest';
import { DTYPES, isDType, widen, type DType } from './dtype.ts';

interface Float {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** What the codes of the highest exponent are. */
  readonly top: 'infinity and NaN' | 'numbers but for one NaN' | 'numbers';
}

const FLOATS: Partial<Record<DType, Float>> = {
  F16: { exponentBits: 5, mantissaBits: 10, bias: 15, top: 'infinity and NaN' },
  BF16: { exponentBits: 8, mantissaBits: 7, bias: 127, top: 'infinity and NaN' },
  F8_E5M2: { exponentBits: 5, mantissaBits: 2, bias: 15, top: 'infinity and NaN' },
  F8_E4M3: { exponentBits: 4, mantissaBits: 3, bias: 7, top: 'numbers but for one NaN' },
  F8_E5M2FNUZ: { exponentBits: 5, mantissaBits: 2, bias: 16, top: 'numbers' },
  F8_E4M3FNUZ: { exponentBits: 4, mantissaBits: 3, bias: 8, top: 'numbers' },
};

/** The value of a code by the definition of its type: sign · 2^(e − bias) · (1 + m/2^bits), or m/2^bits · 2^(1 − bias) where e = 0. */
function valueOf(code: number, { exponentBits, mantissaBits, bias, top }: Float): number {
  const highest = 2 ** exponentBits - 1;
  const sign = code >= 2 ** (exponentBits + mantissaBits) ? -1 : 1;
  const exponent = Math.floor(code / 2 ** mantissaBits) % 2 ** exponentBits;
  const mantissa = (code % 2 ** mantissaBits) / 2 ** mantissaBits;
  if (top === 'numbers' && sign === -1 && exponent === 0 && mantissa === 0) return NaN;
  if (top === 'infinity and NaN' && exponent === highest) return mantissa === 0 ? sign * Infinity : NaN;
  if (top === 'numbers but for one NaN' && exponent === highest && mantissa === 1 - 2 ** -mantissaBits) return NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias));
}

function codes(dtype: DType): Uint8Array {
  const wide = DTYPES[dtype] === 2;
  const all = Array.from({ length: wide ? 0x10000 : 0x100 }, (_, code) => code);
  return wide ? new Uint8Array(Uint16Array.from(all).buffer) : Uint8Array.from(all);
}

describe('widen', () => {
  test.each(Object.entries(FLOATS) as [DType, Float][])(
    '%s: every code is what its definition says',
    (dtype, float) => {
      const wide = widen(dtype, codes(dtype));
      const wrong = Array.from(wide, (value, code) => [code, value, valueOf(code, float)] as const).filter(
        ([, value, expected]) => !Object.is(value, expected),
      );
      expect(wrong).toEqual([]);
    },
  );

  test('F8_E8M0: powers of two, and one NaN', () => {
    const wide = widen('F8_E8M0', codes('F8_E8M0'));
    expect([...wide]).toEqual(Array.from({ length: 256 }, (_, code) => (code === 255 ? NaN : 2 ** (code - 127))));
  });

  const bytesOf = (array: { readonly buffer: ArrayBuffer }): Uint8Array => new Uint8Array(array.buffer);
  test.each<[DType, Uint8Array, number[]]>([
    ['BOOL', Uint8Array.of(0, 1), [0, 1]],
    ['U8', Uint8Array.of(0, 255), [0, 255]],
    ['I8', Uint8Array.of(127, 128, 255), [127, -128, -1]],
    ['I16', bytesOf(Int16Array.of(-32768, 32767)), [-32768, 32767]],
    ['U16', bytesOf(Uint16Array.of(65535)), [65535]],
    ['I32', bytesOf(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)), [-(2 ** 31), 2 ** 31]],
    ['U32', bytesOf(Uint32Array.of(2 ** 32 - 1, 2 ** 24 + 1)), [2 ** 32, 2 ** 24]],
    ['I64', bytesOf(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -5n)), [-(2 ** 63), 2 ** 63, -5]],
    ['U64', bytesOf(BigUint64Array.of(2n ** 64n - 1n, 7n)), [2 ** 64, 7]],
    ['F32', bytesOf(Float32Array.of(1.5, -0, Infinity)), [1.5, -0, Infinity]],
    ['F64', bytesOf(Float64Array.of(0.1, 1e300, -0)), [Math.fround(0.1), Infinity, -0]],
  ])('%s to the nearest float32', (dtype, bytes, values) => {
    expect([...widen(dtype, bytes)]).toEqual(values);
  });

  test.each(Object.keys(DTYPES).filter((dtype) => !dtype.startsWith('C')) as DType[])(
    '%s wherever its bytes lie, into a given place',
    (dtype) => {
      const bytes = Uint8Array.from({ length: 3 * DTYPES[dtype] }, (_, i) => i + 1);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      const out = new Float32Array(5);
      expect(widen(dtype, shifted.subarray(1), out.subarray(1, 4))).toEqual(widen(dtype, bytes));
      expect(out.subarray(1, 4)).toEqual(widen(dtype, bytes));
      expect([out[0], out[4]]).toEqual([0, 0]);
    },
  );

  test('refuses numbers that are not real, and bytes that are not as many elements', () => {
    expect(() => widen('C64', new Uint8Array(8))).toThrowError(RangeError);
    expect(() => widen('C128', new Uint8Array(16))).toThrowError(RangeError);
    for (const dtype of ['U8', 'F16', 'F32', 'F64'] as const) {
      expect(() => widen(dtype, new Uint8Array(8), new Float32Array(9))).toThrowError(RangeError);
      expect(() => widen(dtype, new Uint8Array(16), new Float32Array(1))).toThrowError(RangeError);
    }
    expect(() => widen('F32', new Uint8Array(7))).toThrowError(RangeError);
  });
});

test('isDType knows the names of types and nothing that objects have anyway', () => {
  expect(Object.keys(DTYPES).every(isDType)).toBe(true);
  expect(['f16', '', 'toString', '__proto__', 'F4'].some(isDType)).toBe(false);
});
