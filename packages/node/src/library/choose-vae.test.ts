import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseVae, vaeCandidates } from './choose-vae.ts';
import type { LibraryEntry } from './entry.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-vae-'));
});
afterAll(async () => rm(folder, { recursive: true }));

function entry(kind: LibraryEntry['kind'], file: string): LibraryEntry {
  const stem = basename(file).replace(/\.[^.]*$/, '');
  const nothing = {
    alias: undefined,
    oldHash: undefined,
    claimedHash: undefined,
    hashes: undefined,
    problem: undefined,
  };
  return {
    path: join(folder, file),
    file,
    stem,
    name: stem,
    usual: 'vae',
    kind,
    what: '',
    bases: [],
    size: 1,
    changed: 1,
    ...nothing,
  };
}

describe('chooseVae', () => {
  const model = (): LibraryEntry => entry('checkpoint', 'pico.safetensors');
  const library = (): LibraryEntry[] => [
    model(),
    entry('vae', 'zeta.vae.pt'),
    entry('vae', 'VAE/sharp.safetensors'),
    entry('vae', 'VAE/pico-10.vae.safetensors'),
    entry('vae', 'VAE/pico-9.vae.safetensors'),
  ];
  const choose = async (setting: string, notes?: unknown, overridesModel?: boolean): Promise<string | undefined> => {
    const beside = join(folder, 'pico.json');
    await (notes === undefined
      ? rm(beside, { force: true })
      : writeFile(beside, typeof notes === 'string' ? notes : JSON.stringify(notes)));
    const vae = await chooseVae(model(), { setting, overridesModel }, library());
    return vae && basename(vae.path);
  };

  test.each([
    ['the first that begins with the checkpoint’s name', 'Automatic', undefined, undefined, 'pico-9.vae.safetensors'],
    ['the setting wins', 'sharp.safetensors', { vae: 'zeta.vae.pt' }, undefined, 'sharp.safetensors'],
    ['None is the checkpoint’s own', 'None', undefined, undefined, undefined],
    ['an unknown name is the checkpoint’s own', 'nowhere.pt', undefined, undefined, undefined],
    ['what the user wrote', 'Automatic', { vae: 'zeta.vae.pt' }, undefined, 'zeta.vae.pt'],
    ['the user wants the checkpoint’s own', 'Automatic', { vae: 'None' }, undefined, undefined],
    ['the user wants what is automatic', 'Automatic', { vae: 'Automatic' }, undefined, 'pico-9.vae.safetensors'],
    ['the user wrote an unknown name', 'Automatic', { vae: 'gone.pt' }, undefined, 'pico-9.vae.safetensors'],
    ['broken notes', 'Automatic', '{', undefined, 'pico-9.vae.safetensors'],
    ['the model wins where the setting shall not', 'sharp.safetensors', { vae: 'zeta.vae.pt' }, false, 'zeta.vae.pt'],
  ])('%s', async (_, setting, notes, overrides, expected) => {
    expect(await choose(setting, notes, overrides)).toBe(expected);
  });

  test('without one of its name the setting counts last', async () => {
    const lonely = entry('checkpoint', 'other.safetensors');
    expect(await chooseVae(lonely, { setting: 'Automatic' }, library())).toBeUndefined();
    expect((await chooseVae(lonely, { setting: 'sharp.safetensors', overridesModel: false }, library()))?.file).toBe(
      'VAE/sharp.safetensors',
    );
  });

  test('a VAE among checkpoints is taken unasked only if it is called one', async () => {
    const among = (file: string): LibraryEntry => ({
      ...entry('vae', file),
      path: join(folder, 'models', 'Stable-diffusion', file),
    });
    const plain = [model(), among('sub/pico-best.safetensors')];
    expect(await chooseVae(model(), { setting: 'Automatic' }, plain)).toBeUndefined();
    expect((await chooseVae(model(), { setting: 'pico-best.safetensors' }, plain))?.stem).toBe('pico-best');
    const called = [...plain, among('sub/pico-good.vae.safetensors')];
    expect((await chooseVae(model(), { setting: 'Automatic' }, called))?.stem).toBe('pico-good.vae');
  });

  test('candidates are VAEs anywhere, in natural order', () => {
    expect(vaeCandidates(library()).map(({ path }) => basename(path))).toEqual([
      'pico-9.vae.safetensors',
      'pico-10.vae.safetensors',
      'sharp.safetensors',
      'zeta.vae.pt',
    ]);
  });
});
