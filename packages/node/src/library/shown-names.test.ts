import { describe, expect, test } from 'vitest';
import type { LibraryEntry, LibraryKind } from './entry.ts';
import { findEntry } from './find.ts';
import { shownNames } from './shown-names.ts';

function entry(kind: LibraryKind, file: string, changes: Partial<LibraryEntry> = {}): LibraryEntry {
  const stem = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return { path: `/${kind}/${file}`, file, stem, name: stem, kind, hashes: undefined, ...changes } as LibraryEntry;
}

/** Names of entries in a library of them, each of which has been seen to lead to its entry. */
function namesIn(...entries: readonly LibraryEntry[]): string[] {
  const find = (kind: LibraryKind, name: string): LibraryEntry => findEntry(kind, name, entries);
  const names = shownNames(entries, { entries: () => entries, find });
  for (const [i, one] of entries.entries())
    if (names[i] !== one.path) expect(find(one.kind === 'unet' ? 'checkpoint' : one.kind!, names[i]!)).toBe(one);
  return names;
}

describe('shownNames', () => {
  test.each<LibraryKind>(['adapter', 'checkpoint', 'vae', 'hypernetwork'])('of a %s lead to its file', (kind) => {
    const files = ['x.pt', 'sub/x.pt', 'y.pt', 'y.safetensors', 'a/z.pt', 'b/z.pt', 'b/z.safetensors', 'other.pt'];
    expect(namesIn(...files.map((file) => entry(kind, file)))).toEqual([
      'x.pt',
      'sub/x',
      'y.pt',
      'y.safetensors',
      'a/z',
      'b/z.pt',
      'b/z.safetensors',
      'other',
    ]);
  });

  test('files of one name in several roots are called by their paths', () => {
    const other = entry('adapter', 'x.pt', { path: '/second/x.pt' });
    expect(namesIn(other, entry('adapter', 'x.pt'))).toEqual(['/second/x.pt', '/adapter/x.pt']);
  });

  test('a name of another kind is no other’s, but that of a kind in whose place it serves is', () => {
    expect(namesIn(entry('adapter', 'x.pt'), entry('vae', 'x.pt'))).toEqual(['x', 'x']);
    expect(namesIn(entry('checkpoint', 'a/x.pt'), entry('unet', 'b/x.pt'))).not.toContain('x');
  });

  test('a stem that is the name of another file leads to that', () => {
    expect(namesIn(entry('adapter', 'x.pt'), entry('adapter', 'x.pt.safetensors'))).toEqual(['x', 'x.pt.safetensors']);
  });

  test('adapters in folders of their own are called by these', () => {
    const inFolder = (folder: string): LibraryEntry =>
      entry('adapter', `${folder}/adapter_model.pt`, { stem: 'x', name: 'x', isByFolder: true });
    expect(namesIn(inFolder('a/x'), inFolder('b/x'))).toEqual(['a/x', 'b/x']);
  });

  test('of several embeddings of a word the last has it', () => {
    const [one, two] = [entry('embedding', 'a/x.pt'), entry('embedding', 'b/x.pt')];
    expect(namesIn(one, two)).toEqual([one.path, 'x']);
  });
});
