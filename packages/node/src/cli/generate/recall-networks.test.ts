import { describe, expect, test } from 'vitest';
import type { Infotext } from '@graft/core/formats';
import { fakeLibrary, SUM, type FakeFile } from '../../testing/vitest/fake-library.ts';
import { recallAdapters, recallEmbeddings } from './recall-networks.ts';

const hash = SUM.a.slice(0, 12);

describe('recallAdapters', () => {
  const recall = async (
    files: readonly FakeFile[],
    given: ReadonlyMap<string, string> = new Map(),
  ): Promise<{ prompt: string; notes: number; files: ReadonlyMap<string, string> }> => {
    const infotext: Infotext = new Map([
      ['Prompt', 'a cat <lora:style:0.5>'],
      ['Lora hashes', `style: ${hash}`],
    ]);
    const beside = new Map(given);
    const { prompt, notes } = await recallAdapters(infotext, {
      library: fakeLibrary('adapter', files),
      files: beside,
      tagName: (path) => path.slice(path.lastIndexOf('/') + 1, -3).replaceAll(':', '_'),
    });
    return { prompt, notes: notes.length, files: beside };
  };
  const kept = { prompt: 'a cat <lora:style:0.5>', notes: 0, files: new Map() };

  test.each<[string, FakeFile[], Partial<Awaited<ReturnType<typeof recall>>>]>([
    ['its own', [{ stem: 'style', sum: SUM.a }], {}],
    [
      'its own, though another has the same bytes',
      [
        { stem: 'a', sum: SUM.a, known: true },
        { stem: 'style', sum: SUM.a },
      ],
      {},
    ],
    ['one of another name', [{ stem: 'renamed', sum: SUM.a }], { prompt: 'a cat <lora:renamed:0.5>' }],
    [
      'one of another name, and not that of its own',
      [
        { stem: 'renamed', sum: SUM.a },
        { stem: 'style', sum: SUM.b },
      ],
      { prompt: 'a cat <lora:renamed:0.5>' },
    ],
    [
      'one whose name leads elsewhere',
      [
        { folder: '/sub', stem: 'style', sum: SUM.a },
        { stem: 'style', sum: SUM.b },
      ],
      { files: new Map([['style', '/sub/style.pt']]) },
    ],
    [
      'one that tags cannot name',
      [{ stem: 'a:b', sum: SUM.a }],
      { prompt: 'a cat <lora:a_b:0.5>', files: new Map([['a_b', '/a:b.pt']]) },
    ],
    ['one of other bytes, which is told', [{ stem: 'style', sum: SUM.b }], { notes: 1 }],
    ['none', [{ stem: 'other', sum: SUM.b }], {}],
  ])('a tag calls %s', async (_, files, expected) => {
    expect(await recall(files)).toEqual({ ...kept, ...expected });
  });

  test('a file that was given for the name is taken', async () => {
    const given = new Map([['style', '/mine.pt']]);
    expect(await recall([{ stem: 'renamed', sum: SUM.a }], given)).toEqual({ ...kept, files: given });
  });
});

describe('recallEmbeddings', () => {
  const recall = async (text: string, ...all: readonly FakeFile[]): Promise<unknown> => {
    const files = new Map<string, string>();
    const infotext: Infotext = new Map([['TI hashes', `word: ${hash}, word: ${hash}`]]);
    const library = fakeLibrary('embedding', all);
    const notes = await recallEmbeddings(infotext, [text, undefined], { library, files });
    return { notes: notes.length, files, read: library.read };
  };

  test.each<[string, FakeFile[], number, [string, string][]]>([
    ['its own', [{ stem: 'word', sum: SUM.a }], 0, []],
    ['one of another name', [{ stem: 'renamed', sum: SUM.a }], 0, [['word', '/renamed.pt']]],
    [
      'another of its name',
      [
        { folder: '/sub', stem: 'word', sum: SUM.a },
        { stem: 'word', sum: SUM.b },
      ],
      0,
      [['word', '/sub/word.pt']],
    ],
    ['one of other bytes, which is told once', [{ stem: 'word', sum: SUM.b }], 1, []],
  ])('a word calls %s', async (_, all, notes, files) => {
    expect(await recall('a cat, word', ...all)).toMatchObject({ notes, files: new Map(files) });
  });

  test('no file is read for a word that is not there', async () => {
    expect(await recall('a cat', { stem: 'renamed', sum: SUM.a })).toEqual({ notes: 0, files: new Map(), read: [] });
  });
});
