/** Element types in the spelling of safetensors, and their exact widening to float32. */

/** Bytes of one element; sub-byte and block formats are not here. */
export const DTYPES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
  C64: 8,
  C128: 16,
} as const;

/** An element type a tensor file may hold. */
export type DType = keyof typeof DTYPES;

export function isDType(name: string): name is DType {
  return Object.hasOwn(DTYPES, name);
}

/** Bits of the float32 that equals the 16-bit float with `exponentBits` and bias 2^(e−1)−1 in `bits`. */
function widenBits(bits: number, exponentBits: number, mantissaBits: number): number {
  const sign = bits >> (exponentBits + mantissaBits);
  const exponent = (bits >> mantissaBits) & ((1 << exponentBits) - 1);
  const mantissa = bits & ((1 << mantissaBits) - 1);
  const bias = (1 << (exponentBits - 1)) - 1;
  const signBit = sign ? 0x80000000 : 0;
  if (exponent === (1 << exponentBits) - 1) return (signBit | 0x7f800000 | (mantissa << (23 - mantissaBits))) >>> 0;
  if (exponent > 0) return (signBit | ((exponent - bias + 127) << 23) | (mantissa << (23 - mantissaBits))) >>> 0;
  if (mantissa === 0) return signBit >>> 0;
  // A subnormal has a normal place in float32: shift its first one out of the fraction.
  const shift = Math.clz32(mantissa) - (31 - mantissaBits);
  return (
    (signBit |
      ((1 - shift - bias + 127) << 23) |
      (((mantissa << shift) & ((1 << mantissaBits) - 1)) << (23 - mantissaBits))) >>>
    0
  );
}

const tables = new Map<DType, Uint32Array>();

/** float32 bits of every code of a one- or two-byte float type; made once per type. */
function widenTable(dtype: keyof typeof WIDENERS): Uint32Array {
  let table = tables.get(dtype);
  if (!table) {
    table = Uint32Array.from({ length: dtype === 'F16' ? 0x10000 : 0x100 }, (_, code) => WIDENERS[dtype](code));
    tables.set(dtype, table);
  }
  return table;
}

/** float32 bits of a code, by type. */
const WIDENERS = {
  F16: (code: number) => widenBits(code, 5, 10),
  F8_E5M2: (code: number) => widenBits(code, 5, 2),
  F8_E4M3: e4m3Bits,
  F8_E5M2FNUZ: (code: number) => fnuzBits(code, 5, 2),
  F8_E4M3FNUZ: (code: number) => fnuzBits(code, 4, 3),
  // A bare power of two: 2^(code − 127); the last code is NaN. The first is a subnormal of float32.
  F8_E8M0: (code: number) => (code === 0xff ? 0x7fc00000 : code === 0 ? 0x00400000 : code << 23),
} as const;

/** "fnuz": no infinities, no −0, whose code is the only NaN; the bias is one higher than elsewhere. */
function fnuzBits(code: number, exponentBits: number, mantissaBits: number): number {
  if (code === 0x80) return 0x7fc00000;
  const exponent = (code & 0x7f) >> mantissaBits;
  const fraction = (code & ((1 << mantissaBits) - 1)) / (1 << mantissaBits);
  const power = (exponent || 1) - (1 << (exponentBits - 1));
  const value = (exponent === 0 ? fraction : 1 + fraction) * 2 ** power;
  return new Uint32Array(Float32Array.of(code > 0x7f ? -value : value).buffer)[0]!;
}

/** F8_E4M3 ("fn"): no infinities, and only the all-ones codes are NaN, so exponent 15 is ordinary. */
function e4m3Bits(code: number): number {
  if ((code & 0x7f) === 0x7f) return 0x7fc00000;
  if ((code & 0x78) !== 0x78) return widenBits(code, 4, 3);
  return (((code & 0x80) << 24) | ((15 - 7 + 127) << 23) | ((code & 7) << 20)) >>> 0;
}

/**
 * Little-endian elements as float32, exactly where float32 can hold them (F64, I32, U32, I64, U64 are rounded).
 * bytes: as many elements as `out` has. Throws RangeError for another number of bytes, and for dtypes without a real value.
 */
export function widen(
  dtype: DType,
  bytes: Uint8Array,
  out: Float32Array = new Float32Array(bytes.length / DTYPES[dtype]),
): Float32Array {
  const n = out.length;
  if (bytes.length !== n * DTYPES[dtype])
    throw new RangeError(`${bytes.length} bytes are not ${n} elements of ${dtype}`);
  const bits = new Uint32Array(out.buffer, out.byteOffset, n);
  const read = READERS[dtype];
  if (dtype === 'F32') {
    new Uint8Array(out.buffer, out.byteOffset, n * 4).set(bytes);
  } else if (dtype === 'BF16') {
    const words = aligned16(bytes);
    for (let i = 0; i < n; i++) bits[i] = words[i]! << 16;
  } else if (isTabled(dtype)) {
    const table = widenTable(dtype);
    const codes = dtype === 'F16' ? aligned16(bytes) : bytes;
    for (let i = 0; i < n; i++) bits[i] = table[codes[i]!]!;
  } else if (read) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < n; i++) out[i] = read(view, i);
  } else {
    throw new RangeError(`${dtype} has no float32 value`);
  }
  return out;
}

/** Element i of the types that JavaScript can read itself. */
const READERS: Partial<Record<DType, (view: DataView, i: number) => number>> = {
  BOOL: (view, i) => view.getUint8(i),
  U8: (view, i) => view.getUint8(i),
  I8: (view, i) => view.getInt8(i),
  I16: (view, i) => view.getInt16(2 * i, true),
  U16: (view, i) => view.getUint16(2 * i, true),
  I32: (view, i) => view.getInt32(4 * i, true),
  U32: (view, i) => view.getUint32(4 * i, true),
  F64: (view, i) => view.getFloat64(8 * i, true),
  I64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  U64: (view, i) => Number(view.getBigUint64(8 * i, true)),
};

function isTabled(dtype: DType): dtype is keyof typeof WIDENERS {
  return Object.hasOwn(WIDENERS, dtype);
}

/** The same bytes as 16-bit words, copied only where they do not lie on an even address. */
function aligned16(bytes: Uint8Array): Uint16Array {
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(even.buffer, even.byteOffset, even.byteLength >> 1);
}

/** float32 bits of every code of F16, for readers that widen and reorder in one go. */
export function halfTable(): Uint32Array {
  return widenTable('F16');
}
