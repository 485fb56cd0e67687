import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDType, tensor, widen, type Tensor } from '@graft/core/tensor';
import type { Folder } from './area.ts';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

interface File {
  readonly entries: Readonly<Record<string, Entry>>;
  readonly data: Uint8Array;
}

/** Opens the area `name` of a fixtures folder; `own` is the repository's, for what the folder has no folder of. */
export async function openFolder(fixtures: string, name: string, own: string): Promise<Folder> {
  const path = join(fixtures, name);
  const files = new Map<string, Promise<File>>();
  const load = (file: string): Promise<File> => {
    const known = files.get(file) ?? readTensors(join(path, file));
    files.set(file, known);
    return known;
  };
  const shared = (folder: string): string => join(existsSync(join(fixtures, folder)) ? fixtures : own, folder);
  return {
    path,
    models: shared('models'),
    bases: shared('bases'),
    index: JSON.parse(await readFile(join(path, 'index.json'), 'utf8')) as unknown,
    bytes: (file) => readFile(join(path, file)),
    async tensor(reference): Promise<Tensor> {
      const [file = '', key = ''] = reference.split('#');
      const { entries, data } = await load(file);
      const entry = entries[key];
      if (!entry || !isDType(entry.dtype)) throw new Error(`${name}: no tensor ${reference}`);
      return tensor(entry.shape, widen(entry.dtype, data.subarray(...entry.data_offsets)));
    },
  };
}

/** The golden data's own reader: deliberately not the product's, which these data test. */
async function readTensors(path: string): Promise<File> {
  const bytes = await readFile(path);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...entries } = JSON.parse(bytes.toString('utf8', 8, headerEnd)) as Record<string, Entry>;
  return { entries, data: bytes.subarray(headerEnd) };
}
