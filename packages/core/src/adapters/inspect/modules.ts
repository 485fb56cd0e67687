import type { ModelFile, TensorEntry } from '../../formats/index.ts';
import { numel, widen } from '../../tensor/index.ts';
import { splitKey } from '../../models/names/index.ts';
import { splitNumbered } from '../numbered.ts';

/** The tensors of one layer in an adapter's file. */
export interface FileModule {
  /** The layer as the file names it. */
  readonly name: string;
  /** By canonical part. */
  readonly parts: ReadonlyMap<string, TensorEntry>;
}

/** The layers of an adapter's file by its keys alone, in file order. Of a part that is there twice the first counts. */
export function fileModules(file: ModelFile): FileModule[] {
  const numbered = splitNumbered(file);
  const modules = new Map<string, Map<string, TensorEntry>>();
  for (const [key, entry] of file.tensors) {
    const split = numbered ? numbered.get(key) : splitKey(key);
    if (!split) continue;
    const parts = modules.get(split.module) ?? new Map<string, TensorEntry>();
    modules.set(split.module, parts);
    if (!parts.has(split.part)) parts.set(split.part, entry);
  }
  return [...modules].map(([name, parts]) => ({ name, parts }));
}

/**
 * Modules by the alpha that they store, the smallest first. Reads as many numbers as there are modules.
 * Throws FormatError and the source's own errors.
 */
export async function alphaHistogram(modules: readonly FileModule[]): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const { parts } of modules) {
    const entry = parts.get('alpha');
    if (!entry || numel(entry.shape) !== 1) continue;
    const alpha = (await numbers(entry))[0]!;
    counts.set(alpha, (counts.get(alpha) ?? 0) + 1);
  }
  return new Map([...counts].toSorted(([a], [b]) => a - b));
}

/** A tensor's numbers; NaN where they are complex, of which nothing here has a use. */
export async function numbers(entry: TensorEntry): Promise<Float32Array> {
  const { dtype, shape } = entry;
  if (dtype === 'C64' || dtype === 'C128') return new Float32Array(numel(shape)).fill(NaN);
  return widen(dtype, await entry.read());
}
