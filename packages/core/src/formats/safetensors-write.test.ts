import { describe, expect, test } from 'vitest';
import { bytesSource, decodeUtf8 } from '../bytes/index.ts';
import type { DType } from '../tensor/index.ts';
import { concat } from '../testing/torch-files.ts';
import { openSafetensors } from './safetensors.ts';
import { writeSafetensors, type SafetensorsFile, type TensorSource } from './safetensors-write.ts';

function source(name: string, dtype: DType, shape: readonly number[], bytes: readonly number[]): TensorSource {
  return { name, dtype, shape, read: async () => Uint8Array.from(bytes) };
}

async function written(file: SafetensorsFile): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of file.chunks()) parts.push(part);
  return concat(...parts);
}

const TENSORS = [
  source('b', 'U8', [3], [1, 2, 3]),
  source('\u{1f600}', 'F16', [1], [4, 5]),
  source('\uff21', 'F16', [1], [6, 7]),
  source('a.__proto__', 'F32', [], [8, 9, 10, 11]),
  source('none', 'I64', [2, 0], []),
];
const METADATA = new Map([
  ['z', '{"quoted":"\\n"}'],
  ['a', 'é\u2028'],
]);

describe('writeSafetensors', () => {
  test('is read back as it was given', async () => {
    const file = writeSafetensors(TENSORS, METADATA);
    const bytes = await written(file);
    expect(bytes).toHaveLength(file.size);
    const { tensors, metadata } = await openSafetensors(bytesSource('f', bytes));
    expect([...metadata]).toEqual([...METADATA]);
    for (const tensor of TENSORS) {
      const { name, dtype, shape } = tensor;
      expect(tensors.get(name)).toMatchObject({ dtype, shape });
      expect(await tensors.get(name)!.read()).toEqual(await tensor.read());
    }
  });

  test('written again from what was read, is the same file', async () => {
    const bytes = await written(writeSafetensors(TENSORS, METADATA));
    const { tensors, metadata } = await openSafetensors(bytesSource('f', bytes));
    expect(await written(writeSafetensors(tensors.values(), metadata))).toEqual(bytes);
  });

  test('has compact JSON, padded to 8, tensors by falling alignment, then by code points', async () => {
    const bytes = await written(writeSafetensors(TENSORS));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = decodeUtf8(bytes.subarray(8, 8 + length));
    expect(length % 8).toBe(0);
    expect(header).toMatch(
      /^\{"none":\{"dtype":"I64","shape":\[2,0\],"data_offsets":\[0,0\]\},"a\.__proto__":.*\}\} *$/,
    );
    expect(header.indexOf('\uff21')).toBeLessThan(header.indexOf('\u{1f600}'));
  });

  test('plans a file of any size without reading a tensor, and holds one part at a time', async () => {
    const parts = 1000;
    let alive = 0;
    const large: TensorSource = {
      name: 'large',
      dtype: 'F32',
      shape: [parts, 1024],
      async *read() {
        for (let i = 0; i < parts; i++) {
          expect(alive).toBe(i);
          yield new Uint8Array(4096);
        }
      },
    };
    const huge = writeSafetensors([{ ...large, shape: [2 ** 40] }]);
    expect(huge.size).toBeGreaterThan(2 ** 42);
    let first = true;
    for await (const part of writeSafetensors([large]).chunks()) {
      if (!first) alive++;
      first = false;
      expect(part.length).toBeLessThanOrEqual(4096);
    }
    expect(alive).toBe(parts);
  });

  test.each<[string, readonly TensorSource[]]>([
    ['a name twice', [source('a', 'U8', [0], []), source('a', 'F32', [0], [])]],
    ['the reserved name', [source('__metadata__', 'U8', [0], [])]],
    ['half a surrogate pair', [source('\ud800', 'U8', [0], [])]],
    ['a dtype that the format lacks', [source('a', 'C128', [0], [])]],
    ['a negative size', [source('a', 'U8', [-1], [])]],
  ])('refuses %s', (_, tensors) => {
    expect(() => writeSafetensors(tensors)).toThrowError(expect.objectContaining({ code: 'request' }));
  });

  test.each([[[1]], [[1, 2, 3]]])('refuses a tensor that gives %j for two bytes', async (bytes) => {
    await expect(written(writeSafetensors([source('a', 'U8', [2], bytes)]))).rejects.toMatchObject({
      code: 'request',
      field: 'a',
    });
  });
});
