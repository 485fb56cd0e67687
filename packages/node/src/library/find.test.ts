import { describe, expect, test } from 'vitest';
import { RequestError } from '@graft/core/errors';
import type { LibraryEntry, LibraryKind } from './entry.ts';
import { checkpointTitle, findAll, findCheckpoint, findEntry } from './find.ts';

function entry(kind: LibraryKind | undefined, file: string, changes: Partial<LibraryEntry> = {}): LibraryEntry {
  const stem = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return {
    path: `/models/${file}`,
    file,
    stem,
    name: stem,
    usual: kind ?? 'checkpoint',
    alias: undefined,
    kind,
    what: 'SD1 checkpoint',
    bases: [],
    size: 1,
    changed: 1,
    oldHash: undefined,
    claimedHash: undefined,
    hashes: undefined,
    problem: undefined,
    ...changes,
  };
}

const sha = (digits: string): NonNullable<LibraryEntry['hashes']> => ({
  size: 1,
  sha256: digits.padEnd(64, '0'),
  autov1: 'a',
  autov2: digits.padEnd(10, '0').slice(0, 10),
  autov3: undefined,
  crc32: 'c',
});

describe('findCheckpoint', () => {
  const models = [
    entry('checkpoint', 'anything.safetensors', { oldHash: 'e1441589' }),
    entry('checkpoint', 'anything-v3.safetensors', { hashes: sha('6ce0161689') }),
    entry('checkpoint', 'sub/deep model.ckpt'),
    entry('unet', 'bare.safetensors'),
    entry('adapter', 'anything-lora.safetensors'),
  ];
  const find = (text: string): string | undefined => findCheckpoint(text, models)?.file;

  // A1111 modules/sd_models.py get_closet_checkpoint_match.
  test.each([
    ['anything', 'anything.safetensors'],
    ['anything.safetensors', 'anything.safetensors'],
    ['e1441589', 'anything.safetensors'],
    ['anything.safetensors [e1441589]', 'anything.safetensors'],
    ['6ce0161689', 'anything-v3.safetensors'],
    ['anything-v3.safetensors [6ce0161689]', 'anything-v3.safetensors'],
    ['anything-v3 [6ce0161689]', 'anything-v3.safetensors'],
    ['sub_deep model', 'sub/deep model.ckpt'],
    ['deep model', 'sub/deep model.ckpt'],
    ['sub/deep', 'sub/deep model.ckpt'],
    ['thing', 'anything.safetensors'],
    ['-v3', 'anything-v3.safetensors'],
    ['anything-v3.safetensors [ffffffffff]', 'anything-v3.safetensors'],
    ['bare', 'bare.safetensors'],
    ['/models/bare.safetensors', 'bare.safetensors'],
    ['ANYTHING', 'anything.safetensors'],
  ])('%s', (text, expected) => {
    expect(find(text)).toBe(expected);
  });

  test.each(['', '[ffffffffff]', 'lora', 'nothing of the kind'])('%j is none', (text) => {
    expect(find(text)).toBeUndefined();
  });

  test('the title has the hash once it is known', () => {
    expect(models.slice(0, 2).map(checkpointTitle)).toEqual([
      'anything.safetensors',
      'anything-v3.safetensors [6ce0161689]',
    ]);
  });
});

describe('findAll', () => {
  const loras = [
    entry('adapter', 'style.safetensors', { alias: 'My Style' }),
    entry('adapter', 'sub/style.safetensors', { claimedHash: 'abababababababab' }),
    entry('adapter', 'My Style.pt'),
    entry('adapter', 'a style.safetensors', { alias: 'Trained' }),
    entry('adapter', 'sub/style-2.safetensors', { alias: 'Trained' }),
    entry('embedding', 'card.png', { name: 'inside' }),
  ];
  const find = (kind: LibraryKind, name: string): string[] => findAll(kind, name, loras).map(({ file }) => file);

  test.each([
    ['style', ['sub/style.safetensors', 'style.safetensors']],
    ['sub/style', ['sub/style.safetensors']],
    ['sub\\style.safetensors', ['sub/style.safetensors']],
    ['My Style', ['My Style.pt']],
    ['my style', ['My Style.pt']],
    ['Trained', ['sub/style-2.safetensors', 'a style.safetensors']],
    ['trained', ['sub/style-2.safetensors', 'a style.safetensors']],
    ['abababababab', ['sub/style.safetensors']],
    ['ababab', []],
    ['', []],
  ])('%j', (name, files) => {
    expect(find('adapter', name)).toEqual(files);
  });

  test('an embedding in a picture has the name that it brings', () => {
    expect(find('embedding', 'inside')).toEqual(['card.png']);
    expect(find('adapter', 'inside')).toEqual([]);
  });
});

describe('findEntry', () => {
  const all = [
    entry('adapter', 'watercolor.safetensors', { what: 'LoRA adapter' }),
    entry(undefined, 'page.pt', { problem: 'is a web page' }),
  ];
  const error = (kind: LibraryKind, name: string): unknown => {
    try {
      return findEntry(kind, name, all);
    } catch (caught) {
      return caught;
    }
  };

  // A1111 extensions-builtin/Lora/networks.py: aliases that occur twice are forbidden, names of files are not.
  test('a file is found by its name before others of the same training, and by the name of the training alone', () => {
    const alias = 'style';
    const epochs = ['style.safetensors', 'epochs/style-000002.safetensors', 'other.safetensors'];
    const find = (name: string, files: readonly string[]): string =>
      findEntry(
        'adapter',
        name,
        files.map((file) => entry('adapter', file, { alias })),
      ).file;
    expect(find('style', epochs)).toBe('style.safetensors');
    expect(find('STYLE', epochs)).toBe('style.safetensors');
    expect(find('style', ['other.safetensors'])).toBe('other.safetensors');
    expect(find('style', ['a/other.safetensors', 'b/other.safetensors'])).toBe('b/other.safetensors');
    expect(() => find('style', epochs.slice(1))).toThrowError(
      expect.objectContaining({ field: 'lora', hint: expect.stringContaining('style-000002') as string }),
    );
  });

  test('an unknown name is refused with the nearest', () => {
    expect(error('adapter', 'watercolour')).toBeInstanceOf(RequestError);
    expect(error('adapter', 'watercolour')).toMatchObject({
      field: 'lora',
      hint: expect.stringContaining('watercolor') as string,
    });
  });

  test('a name of another kind is told to be that', () => {
    expect(error('hypernetwork', 'watercolor')).toMatchObject({
      field: 'hypernet',
      message: expect.stringContaining('LoRA adapter') as string,
    });
    expect(error('hypernetwork', 'watercolor')).toMatchObject({ hint: expect.stringContaining('<lora:') as string });
    expect(error('adapter', 'page')).toMatchObject({
      message: expect.stringContaining('is a web page') as string,
      hint: expect.stringContaining('/models/page.pt') as string,
    });
  });

  test.each([
    [{ code: 'format', fault: 'truncated' } as const, { code: 'format', fault: 'truncated', source: 'cut.pt' }],
    [{ code: 'file', hint: 'so' } as const, { code: 'file', at: '/models/cut.pt', hint: 'so' }],
    [undefined, { code: 'model' }],
  ])('a file that is broken is told as when it is opened: %j', (cause, expected) => {
    const cut = entry(undefined, 'cut.pt', { problem: 'ends', cause });
    expect(() => findEntry('adapter', 'cut', [cut])).toThrowError(expect.objectContaining(expected));
  });

  test('of files that cannot be used, the one in the folder for the kind is told', () => {
    const flux = (usual: LibraryKind, problem: string): LibraryEntry => entry(undefined, 'flux.pt', { usual, problem });
    const all = [flux('checkpoint', 'is a Flux network'), flux('adapter', 'is a Flux adapter')];
    expect(() => findEntry('adapter', 'flux', all)).toThrow(/is a Flux adapter$/);
    expect(() => findEntry('checkpoint', 'flux', all)).toThrow(/is a Flux network$/);
  });

  test('names that look like paths of another system, or begin with a space, are found as they are', () => {
    const all = [entry('adapter', 'back\\slash.pt'), entry('adapter', ' lead.pt'), entry('adapter', 'sub/x.pt')];
    const find = (name: string): string => findEntry('adapter', name, all).file;
    expect([find('back\\slash'), find(' lead'), find('sub\\x'), find(' x ')]).toEqual([
      'back\\slash.pt',
      ' lead.pt',
      'sub/x.pt',
      'sub/x.pt',
    ]);
  });

  test('an empty library says so', () => {
    expect(error('vae', 'x')).toMatchObject({ field: 'sd_vae', hint: expect.stringContaining('No VAE') as string });
  });
});

describe('adapters in folders of their own', () => {
  const inFolder = (folder: string): LibraryEntry =>
    entry('adapter', `${folder}/adapter_model.safetensors`, {
      stem: folder.slice(folder.lastIndexOf('/') + 1),
      name: folder.slice(folder.lastIndexOf('/') + 1),
      isByFolder: true,
    });
  const [one, two] = [inFolder('one'), inFolder('deep/two')];

  test.each(['two', 'TWO', 'deep/two', 'deep/two/adapter_model', 'deep/two/adapter_model.safetensors'])(
    '%s is called by its folder',
    (name) => {
      expect(findEntry('adapter', name, [one, two])).toBe(two);
    },
  );

  test.each(['adapter_model', 'adapter_model.safetensors', 'Adapter_Model'])(
    '%s is found where it is one, and refused where there are several',
    (name) => {
      expect(findEntry('adapter', name, [two])).toBe(two);
      expect(() => findEntry('adapter', name, [one, two])).toThrow(
        expect.objectContaining({ field: 'lora', hint: expect.stringContaining('two, one') as unknown }),
      );
      const plain = entry('adapter', 'adapter_model.safetensors');
      expect(findEntry('adapter', name, [plain, one, two])).toBe(plain);
    },
  );
});

test('the path below the folder comes before names: of files with one name, that at the top has no other', () => {
  const [top, below] = [entry('adapter', 'x.pt'), entry('adapter', 'sub/x.pt')];
  const find = (name: string): LibraryEntry => findEntry('adapter', name, [top, below]);
  expect([find('x'), find('x.pt'), find('sub/x')]).toEqual([below, top, below]);
  expect(findAll('adapter', 'x.pt', [top, below])).toEqual([top]);
});
