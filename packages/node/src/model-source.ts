import { existsSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { SdError, type Cancel } from '@graft/core/errors';
import { hashModel } from '@graft/core/formats';
import { createCheckpoint, describeModel, type Checkpoint, refuseForeign, refuseQuantised } from '@graft/core/models';
import {
  loadModel,
  outlineModel,
  type LoadedModel,
  type ModelOutline,
  type ModelSource,
  type ModelWish,
} from '@graft/core/pipeline';
import type { Runtime } from '@graft/core/runtime';
import { DIFFUSERS_INDEX, diffusersName } from './diffusers-folder.ts';
import { fileSource, statOf } from './files.ts';
import { nodeHashers } from './hashes.ts';
import type { Library } from './library.ts';
import { configOf } from './model-config.ts';
import type { LibraryEntry, LibraryKind } from './library/entry.ts';
import { isModelName } from './library/folders.ts';
import { openModel, type OpenedModelFile } from './models.ts';
import { isBundled } from './roots.ts';
import { localSmallNetworks } from './small-networks.ts';

/** A model file that a name or path means. */
export interface NamedFile {
  readonly path: string;
  /** What infotexts call it. */
  readonly stem: string;
  /** Ten hexadecimal digits of its SHA-256. */
  hash(): Promise<string | undefined>;
}

export interface LocalModelsOptions {
  /** What models run on; waited for when the first is loaded. */
  readonly runtime: Promise<Runtime>;
  readonly library: Library;
  /** Text encoders, by names or paths, in place of every checkpoint's own: the first, and the second one of SDXL. */
  readonly textEncoder?: string | undefined;
  readonly textEncoder2?: string | undefined;
  /** Looks at each checkpoint before it is loaded, and throws to refuse it. */
  readonly check?: ((checkpoint: Checkpoint) => void) | undefined;
  /** Told of each model before it is loaded. */
  readonly onLoad?: ((name: string) => void) | undefined;
  /** Stops hashing. */
  readonly cancel?: Cancel | undefined;
}

/** Models out of the library and files beside it. */
export interface LocalModels extends ModelSource {
  /**
   * The checkpoint that a wish means. '' is the first of the library's folder that draws from text by itself, or else the first at all; the
   * bundled one does not take the place of the user's. Throws RequestError with the nearest names, SdError `file`.
   */
  checkpoint(name: string): NamedFile;
  /** The VAE in place of a checkpoint's own. Throws as `checkpoint` does. */
  vae(checkpoint: NamedFile, wish: string): Promise<NamedFile | undefined>;
  /** The text encoders in place of every checkpoint's own. Throws as `checkpoint` does. */
  texts(): { readonly te1: NamedFile | undefined; readonly te2: NamedFile | undefined };
  /** A file that is open for as long as this is. Throws SdError `file` and FormatError. */
  file(path: string): Promise<OpenedModelFile>;
  /** What headers tell of a model, without loading it. Throws as `open` does before it loads. */
  outline(wish: ModelWish): Promise<ModelOutline>;
  /** Frees programs and closes files. */
  close(): Promise<void>;
}

/** Opens models by the names of a library, or by paths; each is loaded once. */
export function localModels({
  runtime,
  library,
  textEncoder,
  textEncoder2,
  check,
  onLoad,
  cancel,
}: LocalModelsOptions): LocalModels {
  const files = new Map<string, Promise<OpenedModelFile>>();
  const models = new Map<string, Promise<LoadedModel>>();
  const outlines = new Map<string, Promise<ModelOutline>>();

  const named = (kind: LibraryKind, name: string): NamedFile => {
    const path = fileNamed(name);
    if (path === undefined) return fromEntry(library.find(kind, name));
    const entry = library.entries().find((one) => one.path === path);
    return entry ? fromEntry(entry) : fromPath(path);
  };
  const fromEntry = (entry: LibraryEntry): NamedFile => ({
    path: entry.path,
    stem: entry.stem,
    // A1111's hash is that of one file.
    hash: async () => (entry.isFolder === true ? undefined : (await library.hashes(entry, { cancel })).autov2),
  });
  const fromPath = (path: string): NamedFile => {
    let hash: Promise<string> | undefined;
    if (isFolder(path)) return { path, stem: diffusersName(path), hash: async () => undefined };
    return { path, stem: basename(path, extname(path)), hash: () => (hash ??= hashFile(path, cancel)) };
  };
  const self: LocalModels = {
    checkpoint(name) {
      const first = name === '' ? firstCheckpoint(library.entries('checkpoint')) : undefined;
      return first ? fromEntry(first) : named('checkpoint', name);
    },
    async vae({ path }, wish) {
      if (wish === 'None') return undefined;
      if (wish !== 'Automatic' && wish !== '') return named('vae', wish);
      const checkpoint = library.entries().find((entry) => entry.path === path);
      const vae = checkpoint && (await library.chooseVae(checkpoint, { setting: 'Automatic' }));
      return vae && fromEntry(vae);
    },
    texts: () => ({
      te1: textEncoder === undefined ? undefined : named('text-encoder', textEncoder),
      te2: textEncoder2 === undefined ? undefined : named('text-encoder', textEncoder2),
    }),
    file(path) {
      const known = files.get(path) ?? openModel(path);
      files.set(path, known);
      return known;
    },
    open(wish) {
      const key = JSON.stringify([wish.checkpoint, wish.vae, wish.tiling, wish.prediction]);
      const known = models.get(key) ?? load(wish);
      models.set(key, known);
      return known;
    },
    outline(wish) {
      const key = JSON.stringify([wish.checkpoint, wish.vae]);
      const known =
        outlines.get(key) ?? partsOf(wish).then(({ parts, checkpoint }) => outlineModel(parts, checkpoint.stem));
      outlines.set(key, known);
      return known;
    },
    async close() {
      for (const model of await settled(models)) await model.networks.release();
      for (const file of await settled(files)) await file.close();
    },
  };

  /** Finds and opens the files of a model. */
  async function partsOf(wish: ModelWish): Promise<{
    readonly checkpoint: NamedFile;
    readonly vae: NamedFile | undefined;
    readonly parts: Checkpoint;
  }> {
    const checkpoint = self.checkpoint(wish.checkpoint);
    const vae = await self.vae(checkpoint, wish.vae);
    const { te1, te2 } = self.texts();
    const parts = createCheckpoint({
      main: await usable(checkpoint),
      ...(vae ? { vae: await usable(vae) } : {}),
      ...(te1 ? { te1: await usable(te1) } : {}),
      ...(te2 ? { te2: await usable(te2) } : {}),
    });
    return { checkpoint, vae, parts };
  }

  async function load(wish: ModelWish): Promise<LoadedModel> {
    const { checkpoint, vae, parts } = await partsOf(wish);
    onLoad?.(checkpoint.stem);
    check?.(parts);
    return loadModel(await runtime, parts, {
      name: checkpoint.stem,
      hash: checkpoint.hash,
      tiling: wish.tiling,
      said: { option: wish.prediction, config: await configOf(checkpoint.path) },
      small: localSmallNetworks(library, self),
      vae: vae && { name: basename(vae.path), hash: vae.hash },
    });
  }

  /** Opens a file that networks are taken from. Throws ModelError for what Graft does not draw with. */
  async function usable({ path }: NamedFile): Promise<OpenedModelFile> {
    const opened = await self.file(path);
    refuseForeign(describeModel(opened.file));
    refuseQuantised(opened.file);
    return opened;
  }

  return self;
}

/** What is drawn with where no checkpoint is named. */
function firstCheckpoint(entries: readonly LibraryEntry[]): LibraryEntry | undefined {
  const [first] = entries;
  const own = entries.filter(({ path }) => isBundled(path) === isBundled(first!.path));
  return own.find(({ drawsText }) => drawsText === true) ?? first;
}

/** The path that a name is, if it is one; undefined for names to look up. Throws SdError `file` for a path to nothing. */
export function fileNamed(name: string): string | undefined {
  // The file that names a folder's networks means the folder.
  const path = basename(name) === DIFFUSERS_INDEX ? resolve(dirname(name)) : resolve(name);
  const isPath = isAbsolute(name) || /^\.{1,2}[/\\]/.test(name);
  if (isPath && !existsSync(path)) {
    throw new SdError('file', 'does not exist', { at: name, hint: 'Check the path.' });
  }
  if (isPath) return path;
  if (isFolder(path) && existsSync(join(path, DIFFUSERS_INDEX))) return path;
  return isModelName(name) && statOf(path)?.isFile() === true ? path : undefined;
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

async function hashFile(path: string, cancel: Cancel | undefined): Promise<string> {
  const source = await fileSource(path);
  try {
    return (await hashModel(source, nodeHashers, { cancel })).autov2;
  } finally {
    await source.close();
  }
}

async function settled<T>(values: ReadonlyMap<string, Promise<T>>): Promise<T[]> {
  const all = await Promise.allSettled(values.values());
  return all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
