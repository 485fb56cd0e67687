import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Arguments } from '../arguments.ts';
import type { Composed } from './compose.ts';
import type { LibraryEntry } from '../../library/entry.ts';
import { findAll, findEntry } from '../../library/find.ts';
import { readEmbeddings, readOption, withNetworks } from './networks.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-option-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'a=b.safetensors');
writeFileSync(file, '');

/** A library of LoRAs of these names. */
function libraryOf(...stems: readonly string[]): Parameters<typeof readOption>[2] {
  const entries = stems.map(
    (stem) => ({ path: `/${stem}.pt`, file: `${stem}.pt`, stem, name: stem, kind: 'adapter' }) as LibraryEntry,
  );
  return {
    find: (kind, name) => findEntry(kind, name, entries),
    findAll: (kind, name) => findAll(kind, name, entries),
  };
}

const read = (text: string, kind: 'lora' | 'hypernet' = 'lora', library = libraryOf()): ReturnType<typeof readOption> =>
  readOption({ values: () => [text] }, kind, library);

/** Another file of the same name. */
const twin = join(folder, 'other', 'a=b.safetensors');
mkdirSync(join(folder, 'other'));
writeFileSync(twin, '');
const namesBoth = (field: string): unknown =>
  expect.objectContaining({ field, message: expect.stringContaining(`${file} and ${twin}`) as unknown });

describe('readOption', () => {
  test.each([
    ['style', '<lora:style:1>'],
    ['style:0.5', '<lora:style:0.5>'],
    ['style:-1:0.5', '<lora:style:-1:0.5>'],
    ['style:0.5@0,1@1', '<lora:style:0.5@0,1@1>'],
    ['style:1:lbw=OUTALL', '<lora:style:1:lbw=OUTALL>'],
  ])('%s is %s', (text, tag) => {
    expect(read(text)).toEqual({ tags: [tag], files: new Map() });
  });

  test('a file gets a name that can stand in a tag', () => {
    const files = new Map([['a_b', file]]);
    expect(read(file)).toEqual({ tags: ['<lora:a_b:1>'], files });
    expect(read(`${file}:0.5`)).toEqual({ tags: ['<lora:a_b:0.5>'], files });
    expect(read(`${file}:0.5:lbw=OUTALL`)).toEqual({ tags: ['<lora:a_b:0.5:lbw=OUTALL>'], files });
  });

  test("an adapter's folder is its file, called by the folder", () => {
    const path = join(folder, 'peft cat', 'adapter_model.safetensors');
    mkdirSync(join(folder, 'peft cat'));
    writeFileSync(path, '');
    const told = { tags: ['<lora:peft cat:0.5>'], files: new Map([['peft cat', path]]) };
    for (const text of [path, join(folder, 'peft cat')]) expect(read(`${text}:0.5`)).toEqual(told);
  });

  test.each([
    ['style:abc', 'lora'],
    ['style:', 'lora'],
    ['style:1:abc', 'lora'],
    ['style:1:lbw=nothing', 'lora'],
    [':1', 'lora'],
    ['', 'lora'],
    [`${file}:1.2.3`, 'lora'],
    [`${file}:abc`, 'lora'],
    [`${file}:`, 'lora'],
    [`${file}:abc`, 'hypernet'],
    ['<lora:style:1>', 'lora'],
    ['style:abc', 'hypernet'],
    ['style:', 'hypernet'],
    ['style:1:2', 'hypernet'],
  ] as const)('refuses %s of --%s', (text, kind) => {
    expect(() => read(text, kind)).toThrowError(expect.objectContaining({ code: 'request', field: `--${kind}` }));
  });

  test.each([
    ['a:b', 'a_b', 'a:b', '1'],
    ['a:b:0.5', 'a_b', 'a:b', '0.5'],
    ['a:b:0.5:lbw=OUTALL', 'a_b', 'a:b', '0.5:lbw=OUTALL'],
    ['a:b:1:2', 'a_b_1', 'a:b:1', '2'],
    ['#a:2', '_a', '#a', '2'],
    ['a=b:2', 'a_b__', 'a=b', '2', 'a_b', 'a_b_'],
    ['c>d', 'c_d', 'c>d', '1'],
  ])('%s is the longest name that the library has', (text, tag, own, strength, ...others) => {
    const library = libraryOf('a', 'b', 'a:b', own, ...others);
    expect(read(text, 'lora', library)).toEqual({
      tags: [`<lora:${tag}:${strength}>`],
      files: new Map([[tag, `/${own}.pt`]]),
    });
  });

  test.each(['a', 'a:0.5', 'a,b:2', 'A:1:0.5', 'c:1'])('names without signs of tags stay as they are: %s', (text) => {
    const tag = text.includes(':') ? `<lora:${text}>` : `<lora:${text}:1>`;
    expect(read(text, 'lora', libraryOf('a', 'a,b', 'a:b'))).toEqual({ tags: [tag], files: new Map() });
  });

  test.each(['a:b', 'a>b', 'a#b'])(
    'a name that a tag cannot hold and the library has not is told to be given by its path: %s',
    (name) => {
      expect(() => read(`${name}:1`)).toThrowError(
        expect.objectContaining({ field: '--lora', hint: expect.stringContaining('path') as unknown }),
      );
    },
  );

  // Windows has no such names.
  test.runIf(platform() !== 'win32')('a path may have the signs of tags in it', () => {
    const path = join(folder, 'c:1>d.safetensors');
    writeFileSync(path, '');
    expect(read(`${path}:0.5`)).toEqual({ tags: ['<lora:c_1_d:0.5>'], files: new Map([['c_1_d', path]]) });
    expect(read(path).tags).toEqual(['<lora:c_1_d:1>']);
  });

  test('refuses two files of one name, and takes one twice', () => {
    const readAll = (...texts: string[]): unknown => readOption({ values: () => texts }, 'lora', libraryOf()).tags;
    expect(() => readAll(file, `${twin}:0.5`)).toThrowError(namesBoth('--lora'));
    expect(readAll(file, `${file}:0.5`)).toEqual(['<lora:a_b:1>', '<lora:a_b:0.5>']);
  });

  test.each(['none.safetensors', 'none.safetensors:0.5'])('tells the path that leads nowhere of %s', (text) => {
    expect(() => read(join(folder, text))).toThrowError(
      expect.objectContaining({ code: 'file', at: join(folder, 'none.safetensors') }),
    );
  });
});

describe('withNetworks', () => {
  test('a tag of a picture gets a name that tags can have for the file with its hash', async () => {
    const claimedHash = '0123456789ab';
    const entry = { path: '/a:b.pt', file: 'a:b.pt', stem: 'a:b', name: 'a:b', kind: 'adapter', claimedHash };
    const entries = (kind?: string): LibraryEntry[] => (kind === 'adapter' ? [entry as LibraryEntry] : []);
    const prompt = 'a cat <lora:other:0.5>';
    const { composed } = await withNetworks(
      { values: () => [] } as unknown as Arguments,
      {
        notes: [],
        body: { prompt },
        infotext: new Map([
          ['Prompt', prompt],
          ['Lora hashes', `other: ${claimedHash}`],
        ]),
      } as unknown as Composed,
      { library: { ...libraryOf('a:b'), entries }, registry: {}, stop: {} } as unknown as Parameters<
        typeof withNetworks
      >[2],
    );
    expect(composed.body['prompt']).toBe('a cat <lora:a_b:0.5>');
  });
});

describe('readEmbeddings', () => {
  test('calls files by their names', () => {
    expect(readEmbeddings([file, file])).toEqual(new Map([['a=b', file]]));
  });

  test('refuses names of the library', () => {
    expect(() => readEmbeddings(['word'])).toThrowError(expect.objectContaining({ field: '--embedding' }));
  });

  test('refuses two files of one name', () => {
    expect(() => readEmbeddings([file, twin])).toThrowError(namesBoth('--embedding'));
  });
});
