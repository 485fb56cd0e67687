import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import { AbortedError } from '../errors/index.ts';
import { hashModel, kohyaHashes, type Hashers } from './hashes.ts';
import { openModelFile } from './open.ts';
import { writeSafetensors } from './safetensors-write.ts';

const hashers: Hashers = {
  sha256() {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
  },
  crc32() {
    let sum = 0;
    return { update: (bytes) => void (sum = crc32(bytes, sum)), digest: () => sum.toString(16).padStart(8, '0') };
  },
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const NOTHING = sha256(new Uint8Array());

async function safetensors(data: Uint8Array, metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const file = writeSafetensors(
    [{ name: 'x', dtype: 'U8', shape: [data.length], read: async () => data }],
    new Map(Object.entries(metadata)),
  );
  for await (const chunk of file.chunks()) parts.push(chunk);
  return Buffer.concat(parts);
}

const hash = async (bytes: Uint8Array): ReturnType<typeof hashModel> => hashModel(bytesSource('f', bytes), hashers);

describe('hashModel', () => {
  test('known answers', async () => {
    // FIPS 180-2 B.1 and the check value of CRC-32.
    expect(await hash(Buffer.from('abc'))).toMatchObject({
      size: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      autov2: 'ba7816bf8f',
      autov1: NOTHING.slice(0, 8),
      autov3: undefined,
    });
    expect((await hash(Buffer.from('123456789'))).crc32).toBe('cbf43926');
    expect((await hash(new Uint8Array())).sha256).toBe(NOTHING);
  });

  test('the old hash is of 64 KiB at 1 MiB, wherever reads end', async () => {
    const bytes = Uint8Array.from({ length: (4 << 20) + 10 }, (_, i) => (i * 7) % 251);
    const { autov1, sha256: whole } = await hash(bytes);
    expect(autov1).toBe(sha256(bytes.subarray(0x100000, 0x110000)).slice(0, 8));
    expect(whole).toBe(sha256(bytes));
    expect((await hash(bytes.subarray(0, 0x100010))).autov1).toBe(
      sha256(bytes.subarray(0x100000, 0x100010)).slice(0, 8),
    );
  });

  test('AutoV3 does not see metadata', async () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5);
    const [plain, noted] = await Promise.all([safetensors(data), safetensors(data, { title: 'another' })]);
    const [a, b] = await Promise.all([hash(plain), hash(noted)]);
    expect(a.autov3).toBe(sha256(data));
    expect(b.autov3).toBe(a.autov3);
    expect(b.sha256).not.toBe(a.sha256);
  });

  test.each([
    ['a header longer than the file', Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 0x7b)],
    ['a length of 2^64 − 1', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 0x7b)],
    ['no header', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x5b, 0x5d)],
  ])('%s has no AutoV3', async (_, bytes) => {
    expect((await hash(bytes)).autov3).toBeUndefined();
  });

  test('stops when asked to, and tells how far it is', async () => {
    const shares: number[] = [];
    await hashModel(bytesSource('f', new Uint8Array(8)), hashers, { onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([1]);
    await expect(
      hashModel(bytesSource('f', new Uint8Array(8)), hashers, { cancel: { aborted: true } }),
    ).rejects.toBeInstanceOf(AbortedError);
  });
});

describe('kohyaHashes', () => {
  test('are of the data, and of the file with its own metadata only', async () => {
    const data = Uint8Array.from({ length: 0x110100 }, (_, i) => (i * 13) % 253);
    const file = await openModelFile(bytesSource('f', await safetensors(data, { ss_v2: 'False', other: 'x' })));
    const own = await safetensors(data, { ss_v2: 'False' });
    expect(await kohyaHashes(file, hashers)).toEqual({
      model: sha256(data),
      legacy: sha256(own.subarray(0x100000, 0x110000)).slice(0, 8),
    });
  });
});
