import { describe, expect, test } from 'vitest';
import { FormatError, type FormatFault } from '../errors/index.ts';
import { numpyArray, numpyDtype, numpyScalar, setArrayState, setDtypeState, type NumpyDtype } from './numpy.ts';
import type { PickleValue } from './pickle-value.ts';

const fail = (fault: FormatFault, message: string): never => {
  throw new FormatError(fault, 'f', message);
};

function dtype(name: string, order = '<'): NumpyDtype {
  const made = numpyDtype(name);
  setDtypeState(made, [3, order, null, null, null, -1, -1, 0], fail);
  return made;
}

describe('numpy values', () => {
  test.each<[string, NumpyDtype, readonly number[], PickleValue]>([
    ['b1', dtype('b1', '|'), [1], true],
    ['i2', dtype('i2'), [0xfe, 0xff], -2],
    ['big-endian i4', dtype('i4', '>'), [0, 0, 1, 2], 258],
    ['u8 beyond 2^53', dtype('u8'), [1, 0, 0, 0, 0, 0, 0x20, 0], 2n ** 53n + 1n],
    ['f2', dtype('f2'), [0, 0x3c], 1],
    ['f8', dtype('f8'), [0, 0, 0, 0, 0, 0, 0xf0, 0xbf], -1],
    ['big-endian c8', dtype('c8', '>'), [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0], { kind: 'complex', re: 1, im: 2 }],
  ])('scalar %s', (_, type, bytes, value) => {
    expect(numpyScalar(type, Uint8Array.from(bytes), fail)).toEqual(value);
  });

  test('an array in columns comes in rows, little-endian', () => {
    const array = numpyArray();
    setArrayState(array, [1, [2, 3], dtype('i2', '>'), true, Uint8Array.of(0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6)], fail);
    expect(array).toEqual({
      kind: 'ndarray',
      dtype: 'I16',
      shape: [2, 3],
      bytes: Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0),
    });
  });

  test.each<[string, FormatFault, PickleValue]>([
    ['objects', 'unsupported', [1, [1], dtype('O8', '|'), false, [null]]],
    ['texts', 'unsupported', [1, [1], dtype('U4'), false, new Uint8Array(16)]],
    ['too few bytes', 'out-of-range', [1, [3], dtype('f4'), false, new Uint8Array(8)]],
    ['a shape that wraps', 'out-of-range', [1, [2 ** 32, 2 ** 32], dtype('f4'), false, new Uint8Array()]],
    ['a negative size', 'out-of-range', [1, [-1], dtype('f4'), false, new Uint8Array()]],
    ['no bytes', 'bad-header', [1, [0], dtype('f4'), false, '']],
    ['too short a state', 'bad-header', [1, [0], dtype('f4')]],
  ])('refuses an array of %s as %s', (_, fault, state) => {
    expect(() => setArrayState(numpyArray(), state, fail)).toThrowError(expect.objectContaining({ fault }));
  });
});
