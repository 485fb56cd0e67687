import { AbortedError, SdError } from '@graft/core/errors';
import { describe, expect, test } from 'vitest';
import { fakeLibrary, SUM } from '../../testing/vitest/fake-library.ts';
import { isHash, recallFile } from './recall-file.ts';

describe('recallFile', () => {
  const recall = async (hash: string, ...files: Parameters<typeof fakeLibrary>[1]): Promise<unknown> => {
    const library = fakeLibrary('checkpoint', files);
    const { entry, note } = await recallFile('checkpoint', { name: 'pico', hash }, { library });
    return { path: entry?.path, noted: note !== undefined, read: library.read };
  };

  test('takes the file of the name where it is it, and reads no other', async () => {
    expect(await recall(SUM.a.slice(0, 10), { stem: 'pico', sum: SUM.a }, { stem: 'twin', sum: SUM.a })).toEqual({
      path: '/pico.pt',
      noted: false,
      read: ['pico'],
    });
    // Nor where it is known that another has the same bytes.
    expect(await recall(SUM.a, { stem: 'pico', sum: SUM.a }, { stem: 'twin', sum: SUM.a, known: true })).toMatchObject({
      path: '/pico.pt',
      read: ['pico'],
    });
    expect(await recall(SUM.a, { stem: 'pico', sum: SUM.a, known: true })).toMatchObject({ read: [] });
  });

  test('takes another of the name with the hash', async () => {
    const files = [
      { folder: '/sub', stem: 'pico', sum: SUM.a },
      { stem: 'pico', sum: SUM.b },
    ];
    expect(await recall(SUM.a, ...files)).toMatchObject({ path: '/sub/pico.pt', noted: false });
  });

  test('takes a file of another name, hashing what is not known yet', async () => {
    const files = [
      { stem: 'pico', sum: SUM.b },
      { stem: 'more', sum: SUM.b },
      { stem: 'other', sum: SUM.a },
    ];
    expect(await recall(SUM.a, ...files)).toEqual({
      path: '/other.pt',
      noted: false,
      read: ['pico', 'more', 'other'],
    });
    expect(await recall(SUM.a, ...files.slice(1))).toMatchObject({ path: '/other.pt' });
    const known = files.map((file) => ({ ...file, known: file.stem === 'other' }));
    expect(await recall(SUM.a, ...known)).toMatchObject({ path: '/other.pt', read: ['pico'] });
  });

  test('takes one of the name with other bytes, and tells both hashes', async () => {
    const library = fakeLibrary('checkpoint', [{ stem: 'pico', sum: SUM.b }]);
    const { entry, note } = await recallFile('checkpoint', { name: 'pico', hash: SUM.a.slice(0, 10) }, { library });
    expect(entry?.stem).toBe('pico');
    expect(note).toContain(SUM.a.slice(0, 10));
    expect(note).toContain(` ${SUM.b.slice(0, 10)}.`);
  });

  test('finds nothing where there is neither', async () => {
    expect(await recall(SUM.a, { stem: 'other', sum: SUM.b })).toEqual({
      path: undefined,
      noted: false,
      read: ['other'],
    });
  });

  test('believes what the training wrote', async () => {
    const library = fakeLibrary('adapter', [{ stem: 'style', sum: SUM.b, claimed: SUM.a }]);
    const found = await recallFile('adapter', { name: 'other', hash: SUM.a.slice(0, 12) }, { library });
    expect(found.entry?.stem).toBe('style');
    expect(library.read).toEqual([]);
  });

  test('passes by files that cannot be read, but stops when it is told to', async () => {
    const failing = (error: Error): ReturnType<typeof fakeLibrary> => ({
      ...fakeLibrary('checkpoint', [{ stem: 'pico', sum: SUM.a }]),
      hashes: async () => Promise.reject(error),
    });
    const told = { name: 'other', hash: SUM.a };
    expect(
      await recallFile('checkpoint', told, { library: failing(new SdError('file', 'cannot be read')) }),
    ).toMatchObject({ entry: undefined });
    await expect(recallFile('checkpoint', told, { library: failing(new AbortedError()) })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});

test.each([
  ['a742a120f6', true],
  ['A742A120', true],
  ['a742', false],
  ['none of them', false],
])('isHash: %s', (text, is) => {
  expect(isHash(text)).toBe(is);
});
