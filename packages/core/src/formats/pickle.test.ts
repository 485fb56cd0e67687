import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';
import { concat, pickle } from '../testing/torch-files.ts';
import { readPickle } from './pickle.ts';
import type { PickleValue } from './pickle-value.ts';

type Bytes = Uint8Array | readonly number[];

function read(...parts: readonly Bytes[]): PickleValue {
  return readPickle(concat(...parts, [0x2e]), 'f', (_, machine) => machine.fail('bad-header', 'no storages here'))
    .value;
}

const ascii = encodeUtf8;
const refused = (fault: FormatFault): unknown => expect.objectContaining({ name: 'FormatError', fault });

describe('readPickle', () => {
  test.each<[string, PickleValue, readonly Bytes[]]>([
    ['None', null, [ascii('N')]],
    ['INT', -12, [ascii('I-12\n')]],
    ['INT as truth', true, [ascii('I01\n')]],
    ['LONG', 123456789012345678901234567890n, [ascii('L123456789012345678901234567890L\n')]],
    ['LONG1', -1, [[0x8a, 1, 0xff]]],
    ['LONG1 of no bytes', 0, [[0x8a, 0]]],
    ['LONG1 at 2^53', 2 ** 53, [[0x8a, 7, 0, 0, 0, 0, 0, 0, 0x20]]],
    ['LONG1 beyond 2^53', 2n ** 53n + 1n, [[0x8a, 7, 1, 0, 0, 0, 0, 0, 0x20]]],
    ['FLOAT', 1.5e-3, [ascii('F1.5e-03\n')]],
    ['BINFLOAT', -2, [[0x47, 0xc0, 0, 0, 0, 0, 0, 0, 0]]],
    ['STRING', "it's\n\u00e9", [ascii("S'it\\'s\\n\\xc3\\xa9'\n")]],
    ['UNICODE', 'aé😀', [ascii('Va\\u00e9\\U0001f600\n')]],
    ['SHORT_BINSTRING that is no UTF-8', 'ÿ', [[0x55, 1, 0xff]]],
    ['a half surrogate', '\ud800', [[0x8c, 3, 0xed, 0xa0, 0x80]]],
    ['bytes', Uint8Array.of(1, 2), [[0x43, 2, 1, 2]]],
    ['LIST and DICT', [new Map([['k', 'v']])], [ascii("((S'k'\nS'v'\ndl")]],
    ['a set', new Set([1, 2]), [[0x8f, 0x28, 0x4b, 1, 0x4b, 2, 0x90]]],
    ['memo', [7, 7], [[0x4b, 7, 0x94, 0x68, 0, 0x86]]],
    [
      '_codecs.encode',
      Uint8Array.of(0, 255),
      [pickle.call(pickle.global('_codecs', 'encode'), pickle.text('\0ÿ'), pickle.text('latin1'))],
    ],
    ['a dtype', { kind: 'dtype', name: 'float16' }, [pickle.global('torch', 'float16')]],
    ['a class', { kind: 'global', name: 'torch.FloatStorage' }, [pickle.global('torch', 'FloatStorage')]],
  ])('%s', (_, value, parts) => {
    expect(read(...parts)).toMatchObject(value as object);
  });

  test('keeps keys that JavaScript treats specially, in order', () => {
    const names = ['10', '2', '__proto__', 'constructor', ''];
    const value = read(pickle.dict(...names.map((name) => [name, pickle.none()] as const)));
    expect(value).toEqual(new Map(names.map((name) => [name, null])));
    expect('polluted' in {}).toBe(false);
  });

  test('a list may hold itself', () => {
    const value = read([0x5d, 0x94, 0x68, 0, 0x61]) as PickleValue[];
    expect(value[0]).toBe(value);
  });

  test('tells where a pickle ends', () => {
    const one = pickle.whole(pickle.int(1));
    expect(readPickle(concat(one, one), 'f', () => null)).toEqual({ value: 1, length: one.length });
  });

  test.each([
    ['os', 'system'],
    ['torch', 'os.system'],
    ['torch._utils', '_rebuild_tensor_v2.__globals__'],
    ['collections', 'constructor'],
    ['__proto__', 'constructor'],
    ['torch', 'toString'],
    ['torch', ''],
    ['Torch', 'FloatStorage'],
    ['torch ', 'FloatStorage'],
    ['collections', 'ＯrderedDict'],
  ])('forbids %s.%s by every way to name it', (module, name) => {
    const stacked = concat(pickle.text(module), pickle.text(name), [0x93]);
    for (const named of [pickle.global(module, name), stacked, ascii(`(i${module}\n${name}\n`)])
      expect(() => read(named)).toThrowError(refused('forbidden-pickle'));
  });

  test('names what is forbidden and where, without its control characters', () => {
    const single = concat([0x7d], pickle.text('a'), [0x7d], pickle.text('b'), pickle.global('os', 'system'));
    expect(() => read(single)).toThrowError(
      expect.objectContaining({ message: expect.stringContaining('(at "a.b")') as string }),
    );
    const evil = pickle.dict(['a', pickle.dict(['we\x1b[2Jight', pickle.global('os\x1b', 'system')])]);
    expect(() => read(evil)).toThrowError(
      expect.objectContaining({
        message: String.raw`f: its pickle names "os\x1b.system", which no model needs (at "a.we\x1b[2Jight")`,
      }),
    );
  });

  test.each<[string, FormatFault, Bytes]>([
    ['EXT1', 'forbidden-pickle', [0x82, 1]],
    ['OBJ', 'forbidden-pickle', ascii('(o')],
    ['PERSID', 'forbidden-pickle', ascii('Pa\n')],
    [
      'a codec other than latin1',
      'forbidden-pickle',
      pickle.call(pickle.global('_codecs', 'encode'), pickle.text('x'), pickle.text('zip')),
    ],
    ['NEWOBJ on a function', 'forbidden-pickle', concat(pickle.global('_codecs', 'encode'), [0x29, 0x81])],
    ['calling a bare name', 'forbidden-pickle', concat(pickle.global('torch', 'Tensor'), [0x29, 0x52])],
    [
      'a bytearray by its length',
      'bad-header',
      pickle.call(pickle.global('builtins', 'bytearray'), pickle.int(1 << 30)),
    ],
    ['calling a text', 'bad-header', concat(pickle.text('x'), [0x29, 0x52])],
    ['a call without a tuple', 'bad-header', concat(pickle.global('collections', 'OrderedDict'), [0x5d, 0x52])],
    ['POP of nothing', 'bad-header', ascii('0')],
    ['a mark that is not there', 'bad-header', ascii('Nt')],
    ['a memo slot that is not there', 'bad-header', [0x68, 9]],
    ['a memo index of letters', 'bad-header', ascii('Np__proto__\n')],
    ['appending to a tuple', 'bad-header', ascii(')Na')],
    ['a key without a value', 'bad-header', ascii('}(Nu')],
    ['a list as a key', 'bad-header', ascii('}]Ns')],
    ['state of a number', 'bad-header', ascii('K\x01}b')],
    ['a length beyond the end', 'truncated', [0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a line without end', 'truncated', ascii('cos')],
    ['an integer of 2 kB', 'too-large', concat([0x8b, 0, 8, 0, 0], new Uint8Array(2048))],
    ['a negative length', 'bad-header', [0x54, 0xff, 0xff, 0xff, 0xff]],
  ])('refuses %s as %s', (_, fault, bytes) => {
    expect(() => read(bytes)).toThrowError(refused(fault));
  });

  test.each<[string, readonly number[]]>([
    ['values', [0x4e]],
    ['empty dicts', [0x7d]],
    ['marks', [0x28]],
    ['memo entries', [0x4e, 0x94]],
  ])('stops a flood of %s', (_, unit) => {
    const flood = new Uint8Array(3_000_000).map((_byte, i) => unit[i % unit.length]!);
    expect(() => read(flood)).toThrowError(refused('too-large'));
  });
});
