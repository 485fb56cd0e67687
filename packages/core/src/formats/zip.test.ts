import { describe, expect, test } from 'vitest';
import { bytesSource, encodeUtf8 } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';
import { concat, zipFile } from '../testing/torch-files.ts';
import { locateMember, openZip, readMember } from './zip.ts';

const TEXT = encodeUtf8('some text that is repeated, some text that is repeated');
const FILE = zipFile([
  { name: 'stored', data: TEXT },
  { name: 'deflated', data: TEXT, deflate: true },
]);
const END = FILE.length - 22;
const DIRECTORY = new DataView(FILE.buffer).getUint32(END + 16, true);

/** The archive with bytes changed: offset and little-endian value of so many bytes. */
function changed(...changes: readonly (readonly [at: number, value: number, bytes: number])[]): Uint8Array {
  const file = FILE.slice();
  for (const [at, value, bytes] of changes)
    for (let i = 0; i < bytes; i++) file[at + i] = Math.floor(value / 256 ** i) % 256;
  return file;
}

async function readAll(bytes: Uint8Array): Promise<Uint8Array[]> {
  const source = bytesSource('f', bytes);
  const contents: Uint8Array[] = [];
  for (const member of await openZip(source))
    contents.push(await readMember(source, await locateMember(source, member), 1 << 20));
  return contents;
}

describe('zip', () => {
  test('reads stored and deflated members', async () => {
    expect(await readAll(FILE)).toEqual([TEXT, TEXT]);
  });

  test('reads an archive with a comment', async () => {
    expect(await readAll(concat(changed([END + 20, 3, 2]), encodeUtf8('abc')))).toEqual([TEXT, TEXT]);
  });

  test('holds to a limit before unpacking', async () => {
    const source = bytesSource('f', FILE);
    const [, member] = await openZip(source);
    await expect(readMember(source, await locateMember(source, member!), TEXT.length - 1)).rejects.toMatchObject({
      fault: 'too-large',
    });
  });

  test.each<[string, FormatFault, Uint8Array]>([
    ['without its end', 'truncated', FILE.subarray(0, END)],
    ['with another number of members', 'bad-header', changed([END + 8, 3, 2], [END + 10, 3, 2])],
    ['in several volumes', 'unsupported', changed([END + 4, 1, 2])],
    ['with a directory elsewhere', 'bad-header', changed([END + 16, DIRECTORY - 1, 4])],
    ['with something before it', 'bad-header', concat(encodeUtf8('junk'), FILE)],
    ['whose stored member has two sizes', 'bad-header', changed([DIRECTORY + 24, TEXT.length + 1, 4])],
    ['whose member inflates beyond what deflate can', 'bad-header', changed([DIRECTORY + 46 + 6 + 24, 1 << 30, 4])],
    [
      'whose member is larger than the file',
      'out-of-range',
      changed([DIRECTORY + 20, 1 << 30, 4], [DIRECTORY + 24, 1 << 30, 4]),
    ],
    ['whose members overlap', 'overlapping', changed([DIRECTORY + 46 + 6 + 42, 1, 4])],
    ['whose members share a header', 'overlapping', changed([DIRECTORY + 46 + 6 + 42, 0, 4])],
    ['whose ZIP64 sizes are missing', 'bad-header', changed([DIRECTORY + 24, 0xffffffff, 4])],
    ['that is encrypted', 'unsupported', changed([DIRECTORY + 8, 1, 2])],
    ['that is encrypted by its local header only', 'unsupported', changed([6, 1, 2])],
    ['packed otherwise', 'unsupported', changed([DIRECTORY + 10, 12, 2])],
    ['packed otherwise by its local header', 'bad-header', changed([8, 8, 2])],
    ['whose local name differs', 'bad-header', changed([30, 0x53, 1])],
    ['whose deflate data is broken', 'bad-header', changed([30 + 6 + TEXT.length + 30 + 8, 0xffff, 2])],
  ])('refuses an archive %s as %s', async (_, fault, bytes) => {
    await expect(readAll(bytes)).rejects.toMatchObject({ name: 'FormatError', fault });
  });
});
