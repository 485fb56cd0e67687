import { describe, expect, test } from 'vitest';
import { bytesSource, encodeUtf8, type ByteSource } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';
import { concat } from '../testing/torch-files.ts';
import { openSafetensors } from './safetensors.ts';

/** A file of a header text and zero bytes. */
function file(header: string, data = 0): ByteSource {
  const json = encodeUtf8(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return bytesSource('f', concat(length, json, new Uint8Array(data)));
}

const entry = (name: string, begin: number, end: number, shape: string, dtype = 'F32'): string =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

const A = entry('a', 0, 8, '[2]');

describe('openSafetensors', () => {
  test('reads names in their order, shapes, places and metadata', async () => {
    const { tensors, metadata } = await openSafetensors(
      file(
        `{"__metadata__":{"k":"v","__proto__":"x"},${entry('2', 8, 10, '[]', 'F16')},${entry('1', 0, 8, '[2]')}}  `,
        10,
      ),
    );
    expect([...tensors.keys()]).toEqual(['2', '1']);
    expect(tensors.get('2')).toMatchObject({ name: '2', dtype: 'F16', shape: [], range: { length: 2 } });
    expect(await tensors.get('1')!.read()).toEqual(new Uint8Array(8));
    expect([...metadata]).toEqual([
      ['k', 'v'],
      ['__proto__', 'x'],
    ]);
  });

  test('never reads the data', async () => {
    const inner = file(`{${entry('a', 0, 4_000_000, '[1000000]')}}`, 4_000_000);
    let read = 0;
    await openSafetensors({ ...inner, read: (start, end) => ((read += end - start), inner.read(start, end)) });
    expect(read).toBeLessThan(200);
  });

  test.each([
    ['first', `${entry('z', 0, 0, '[0]', 'F8_E4M3')},${A}`],
    ['between', `${entry('a', 0, 4, '[1]')},${entry('z', 4, 4, '[2,0]')},${entry('b', 4, 8, '[1]')}`],
    ['last', `${A},${entry('z', 8, 8, '[0]')}`],
  ])('allows tensors without elements: %s', async (_, entries) => {
    for (const metadata of ['', '"__metadata__":{},']) {
      const { tensors } = await openSafetensors(file(`{${metadata}${entries}}`, 8));
      expect(await tensors.get('z')!.read()).toHaveLength(0);
    }
  });

  test('keeps metadata that are no text as JSON', async () => {
    const { metadata } = await openSafetensors(file('{"__metadata__":{"n":1.50,"o":{"a":[1, 2]},"t":"x"}}'));
    expect([...metadata.values()]).toEqual(['1.50', '{"a":[1, 2]}', 'x']);
  });

  test.each<[string, FormatFault, string, number]>([
    ['a hole', 'overlapping', entry('a', 4, 12, '[2]'), 12],
    ['an overlap', 'overlapping', `${A},${entry('b', 4, 12, '[2]')}`, 12],
    ['bytes that belong to nothing', 'overlapping', A, 9],
    ['missing data', 'truncated', A, 7],
    ['an end before the beginning', 'out-of-range', entry('a', 8, 0, '[2]'), 8],
    ['another size than its shape', 'bad-header', entry('a', 0, 8, '[3]'), 8],
    ['an element without bytes', 'bad-header', entry('a', 0, 0, '[1]'), 0],
    ['bytes without an element', 'bad-header', entry('a', 0, 4, '[0]'), 4],
    ['no elements times 2^60', 'out-of-range', entry('a', 0, 0, '[0,4503599627370496,4503599627370496]'), 0],
    ['a shape whose product wraps', 'out-of-range', entry('a', 0, 8, '[4294967296,4294967296,2]'), 8],
    ['a number beyond 2^53', 'out-of-range', entry('a', 0, 8, '[9007199254740993]'), 8],
    ['a float', 'bad-header', entry('a', 0, 8, '[2.0]'), 8],
    ['an exponent', 'bad-header', entry('a', 0, 8, '[2e0]'), 8],
    ['a leading zero', 'bad-header', entry('a', 0, 8, '[02]'), 8],
    ['a negative size', 'bad-header', entry('a', 0, 8, '[-2]'), 8],
    ['an unknown element type', 'unsupported', entry('a', 0, 8, '[2]', 'F33'), 8],
    ['an element type on the prototype', 'unsupported', entry('a', 0, 8, '[2]', 'constructor'), 8],
    ['a name twice', 'bad-header', `${A},${A}`, 8],
    ['a name twice, once escaped', 'bad-header', `${A},${entry('\\u0061', 0, 8, '[2]')}`, 8],
    ['half a surrogate pair', 'bad-header', entry('\\ud800', 0, 8, '[2]'), 8],
    ['an entry without shape', 'bad-header', '"a":{"dtype":"F32","data_offsets":[0,8]}', 8],
    ['three offsets', 'bad-header', '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}', 8],
    ['a trailing comma', 'bad-header', `${A},`, 8],
    ['deep nesting', 'too-large', `"a":{"x":${'['.repeat(99)}`, 8],
  ])('refuses %s as %s', async (_, fault, entries, data) => {
    await expect(openSafetensors(file(`{${entries}}`, data))).rejects.toMatchObject({ name: 'FormatError', fault });
  });

  test.each<[string, Uint8Array]>([
    ['no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)],
    ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)],
    ['two objects', encodeUtf8('{}{}')],
    ['nothing', new Uint8Array()],
  ])('refuses a header of %s', async (_, header) => {
    const bytes = concat([header.length, 0, 0, 0, 0, 0, 0, 0], header);
    await expect(openSafetensors(bytesSource('f', bytes))).rejects.toMatchObject({ fault: 'bad-header' });
  });
});
