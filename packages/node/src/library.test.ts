import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSafetensors } from '@graft/core/formats';
import { openLibrary, type Library } from './library.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-library-'));
});
afterEach(async () => rm(root, { recursive: true }));

type Shapes = Readonly<Record<string, readonly number[]>>;

const LORA: Shapes = {
  'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight': [1, 768],
  'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight': [320, 1],
};
const CHECKPOINT: Shapes = {
  'model.diffusion_model.input_blocks.0.0.weight': [4, 4, 3, 3],
  'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight': [2, 4],
};
const VAE: Shapes = { 'encoder.conv_in.weight': [8, 3, 3, 3], 'decoder.conv_in.weight': [16, 4, 3, 3] };

async function put(
  file: string,
  content: Shapes | string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = join(root, 'ui', file);
  await mkdir(dirname(path), { recursive: true });
  if (typeof content === 'string') await writeFile(path, content);
  else {
    const tensors = Object.entries(content).map(([name, shape]) => ({
      name,
      shape,
      dtype: 'F16' as const,
      read: async () => new Uint8Array(2 * shape.reduce((a, b) => a * b, 1)),
    }));
    const parts: Uint8Array[] = [];
    for await (const chunk of writeSafetensors(tensors, new Map(Object.entries(metadata))).chunks()) parts.push(chunk);
    await writeFile(path, Buffer.concat(parts));
  }
  return path;
}

const EMBEDDINGS = fileURLToPath(new URL('../../../fixtures/embeddings', import.meta.url));

const open = (): Promise<Library> => openLibrary({ roots: [join(root, 'ui')], cache: join(root, 'cache') });

test('files are told by their content, wherever they lie', async () => {
  await put('models/Stable-diffusion/sub/pico.safetensors', CHECKPOINT);
  await put('models/Stable-diffusion/misplaced.safetensors', LORA);
  await put('models/Stable-diffusion/pico.vae.safetensors', VAE);
  await put('models/Lora/style.safetensors', LORA, { ss_output_name: 'alias' });
  await put('models/LyCORIS/page.safetensors', '<!doctype html><html></html>');
  await put('models/VAE-approx/small.pt', { 'conv1.weight': [8, 4, 7, 7] });
  await put('embeddings/word.safetensors', { emb_params: [2, 768] });
  await put('embeddings/note.txt', 'no model');
  await put('embeddings/empty.pt', '');
  const library = await open();
  const shown = library.entries().map(({ file, kind, bases }) => [file, kind, bases]);
  expect(shown).toEqual([
    ['misplaced.safetensors', 'adapter', ['SD1']],
    ['pico.vae.safetensors', 'vae', ['SD1', 'SD2', 'SDXL']],
    ['sub/pico.safetensors', 'checkpoint', ['SD1']],
    ['small.pt', 'vae-approx', []],
    ['style.safetensors', 'adapter', ['SD1']],
    ['page.safetensors', undefined, []],
    ['empty.pt', undefined, []],
    ['word.safetensors', 'embedding', ['SD1']],
  ]);
  expect(library.find('adapter', 'alias').stem).toBe('style');
  expect(library.find('checkpoint', 'pico').oldHash).toBe('e3b0c442');
  expect(library.entries('adapter')).toHaveLength(2);
  expect(() => library.find('embedding', 'empty')).toThrowError(
    expect.objectContaining({ code: 'format', hint: expect.not.stringContaining('graft') as string }),
  );
  expect(library.entries().find(({ stem }) => stem === 'empty')?.problem).toBe('is empty');
  expect(library.entries().find(({ stem }) => stem === 'page')?.problem).toMatch(/^is .*web page/);
  expect((await library.chooseVae(library.find('checkpoint', 'pico'), { setting: 'Automatic' }))?.file).toBe(
    'pico.vae.safetensors',
  );
});

test('a broken file is told by its name as by its path, and one that cannot be read is looked into again', async () => {
  const path = await put('models/Lora/cut.safetensors', LORA);
  await writeFile(path, (await readFile(path)).subarray(0, 20));
  const broken = await open();
  expect(() => broken.find('adapter', 'cut')).toThrowError(expect.objectContaining({ fault: 'truncated' }));
  await rm(path);
  await symlink(join(root, 'later'), path);
  const link = await open();
  expect(() => link.find('adapter', 'cut')).toThrowError(expect.objectContaining({ code: 'file', at: path }));
});

test('what is known is kept, and what was changed is looked into again', async () => {
  const path = await put('models/Lora/a.safetensors', LORA, { ss_output_name: 'one' });
  await open();
  const index = join(root, 'cache', 'library.json');
  // A mark in the index shows that the file is not opened again.
  await writeFile(index, (await readFile(index, 'utf8')).replace('"one"', '"kept"'));
  expect((await open()).find('adapter', 'kept').stem).toBe('a');
  await put('models/Lora/a.safetensors', LORA, { ss_output_name: 'two' });
  await utimes(path, new Date(0), new Date(0));
  expect((await open()).find('adapter', 'two').stem).toBe('a');
});

test('files that are gone are forgotten, those of other roots are not', async () => {
  const path = await put('models/Lora/a.safetensors', LORA);
  await open();
  await openLibrary({ roots: [join(root, 'other')], cache: join(root, 'cache') });
  const index = join(root, 'cache', 'library.json');
  expect(await readFile(index, 'utf8')).toContain('a.safetensors');
  await rm(path);
  await put('models/Lora/b.safetensors', LORA);
  await open();
  expect(await readFile(index, 'utf8')).not.toContain('a.safetensors');
});

test.each([
  '',
  '{',
  '{"version":0,"files":{}}',
  '[]',
  '{"version":1,"files":null}',
  '{"version":1,"files":{"x":null}}',
])('an index of %j is passed over', async (text) => {
  await put('models/Lora/a.safetensors', LORA);
  await mkdir(join(root, 'cache'));
  await writeFile(join(root, 'cache', 'library.json'), text);
  expect((await open()).entries('adapter')).toHaveLength(1);
});

test('a file is known by its hash once it has been read', async () => {
  await put('models/Lora/a.safetensors', LORA);
  const library = await open();
  const hashes = await library.hashes(library.find('adapter', 'a'));
  expect(library.find('adapter', hashes.sha256.slice(0, 10)).stem).toBe('a');
  expect(library.find('adapter', hashes.autov3!.slice(0, 12)).stem).toBe('a');
  expect((await open()).find('adapter', hashes.sha256).hashes).toEqual(hashes);
});

test('refresh finds what came and forgets what went', async () => {
  const path = await put('models/Lora/a.safetensors', LORA);
  const library = await open();
  await rm(path);
  await put('models/Lora/b.safetensors', LORA);
  await library.refresh();
  expect(library.entries().map(({ stem }) => stem)).toEqual(['b']);
});

test('of two files with one name the last of the first root is taken', async () => {
  await put('models/Lora/a.safetensors', LORA);
  await put('models/Lora/sub/a.safetensors', LORA);
  await mkdir(join(root, 'other', 'Lora'), { recursive: true });
  await writeFile(
    join(root, 'other', 'Lora', 'a.safetensors'),
    await readFile(join(root, 'ui/models/Lora/a.safetensors')),
  );
  const library = await openLibrary({ roots: [join(root, 'ui'), join(root, 'other')], cache: join(root, 'cache') });
  expect(library.findAll('adapter', 'a').map(({ path }) => path.slice(root.length))).toEqual([
    '/ui/models/Lora/sub/a.safetensors',
    '/ui/models/Lora/a.safetensors',
    '/other/Lora/a.safetensors',
  ]);
});

test('links are followed, but not for ever', async () => {
  await put('models/Lora/a.safetensors', LORA);
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(root, 'elsewhere', 'b.safetensors'), await readFile(join(root, 'ui/models/Lora/a.safetensors')));
  await symlink(join(root, 'elsewhere'), join(root, 'ui/models/Lora/linked'));
  await symlink(join(root, 'ui/models/Lora'), join(root, 'ui/models/Lora/loop'));
  await symlink(join(root, 'nowhere'), join(root, 'ui/models/Lora/dead.safetensors'));
  const entries = (await open()).entries();
  expect(entries.filter(({ kind }) => kind !== undefined).map(({ file }) => file)).toEqual([
    'a.safetensors',
    'linked/b.safetensors',
  ]);
  expect(entries.filter(({ kind }) => kind === undefined)).toMatchObject([{ file: 'dead.safetensors' }]);
});

test('an unknown name is refused, and an empty folder is no fault', async () => {
  const library = await open();
  expect(library.entries()).toEqual([]);
  expect(() => library.find('adapter', 'x')).toThrowError(
    expect.objectContaining({ name: 'RequestError', field: 'lora' }),
  );
});

test("files of an extension's family are adapters while it is loaded, whatever was known of them", async () => {
  const path = await put('models/Lora/outer.safetensors', { 'layer.outer_rows': [2], 'layer.outer_columns': [3] });
  const families = [{ name: 'outer', parts: ['outer_rows', 'outer_columns'] }];
  const told = async (more: typeof families): Promise<unknown> => {
    const options = { roots: [join(root, 'ui')], cache: join(root, 'cache'), families: more };
    return (await openLibrary(options)).entries().map(({ kind, what }) => [kind, what]);
  };
  expect(await told([])).toEqual([[undefined, 'unknown model']]);
  expect(await told(families)).toEqual([['adapter', 'outer adapter']]);
  expect(await told(families)).toEqual([['adapter', 'outer adapter']]);
  expect(await told([])).toEqual([[undefined, 'unknown model']]);
  expect(
    (await openLibrary({ roots: [join(root, 'ui')], cache: join(root, 'cache'), families })).find('adapter', 'outer')
      .path,
  ).toBe(path);
});

test('every embedding that the webui lists is one, whatever its form', async () => {
  const { cases } = JSON.parse(await readFile(join(EMBEDDINGS, 'index.json'), 'utf8')) as {
    cases: { kind: string; loaded: string[]; skipped: string[] }[];
  };
  const { loaded, skipped } = cases.find(({ kind }) => kind === 'folder')!;
  await mkdir(join(root, 'ui'));
  await symlink(join(EMBEDDINGS, 'files'), join(root, 'ui/embeddings'));
  const found = (await open()).entries('embedding').map(({ name }) => name);
  // The webui cannot read the original repository's files of before torch's zip format.
  expect(new Set(found)).toEqual(new Set([...loaded, ...skipped, 'pub-origold']));
});

test('where the folders of models are not there, a name that is not found says which are looked for', async () => {
  await put('flat.safetensors', LORA);
  const library = await open();
  const hint = expect.stringContaining(join(root, 'ui')) as string;
  expect(() => library.find('adapter', 'flat')).toThrowError(expect.objectContaining({ field: 'lora', hint }));
  await put('Lora/other.safetensors', LORA);
  await library.refresh();
  expect(() => library.find('adapter', 'flat')).not.toThrowError(expect.objectContaining({ hint }));
});
