import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';
import { nearestHint, RequestError, SdError } from '@graft/core/errors';
import type { ImageFormat } from '@graft/core/image';
import { fileError, statOf, writeFileAtomically } from '../../files.ts';

/** Where pictures go. */
export interface Output {
  readonly format: ImageFormat;
  /** 1…100, for formats that lose something. */
  readonly quality: number | undefined;
  /** Writes a picture under its name and gives that. `index`: place among all. */
  save(bytes: Uint8Array, index: number): Promise<string>;
  /** Writes the picture of all pictures. */
  saveGrid(bytes: Uint8Array): Promise<string>;
}

export interface OutputWish {
  /** A file or folder; absent: names are chosen in the working folder. */
  readonly output: string | undefined;
  readonly format: string | undefined;
  readonly quality: string | undefined;
}

/** Endings of files, and the formats they mean. */
export const FORMATS: ReadonlyMap<string, ImageFormat> = new Map([
  ['png', 'png'],
  ['jpg', 'jpeg'],
  ['jpeg', 'jpeg'],
  ['webp', 'webp'],
]);

/** The ending of a format. */
export const EXTENSIONS: Readonly<Record<ImageFormat, string>> = { png: 'png', jpeg: 'jpg', webp: 'webp' };

/** What chosen names begin with. */
const STEM = 'out';

/**
 * Decides where `count` pictures go, and that they can be written there. A file that was named is written over, files with chosen names
 * never are. Throws RequestError, SdError `file`.
 */
export async function planOutput(wish: OutputWish, count: number): Promise<Output> {
  const { output } = wish;
  if (output !== undefined) checkTarget(output, '--output');
  const isFolder = output !== undefined && (/[/\\]$/.test(output) || statOf(output)?.isDirectory() === true);
  const named = output !== undefined && !isFolder;
  const spelled = named ? extname(output).slice(1) : '';
  const extension = spelled.toLowerCase();
  const format = readFormat(wish.format, extension, output);
  const quality = readQuality(wish.quality, format);
  const folder = output === undefined ? '' : isFolder ? output : dirname(output);
  await checkFolder(folder === '' ? '.' : folder);
  const known = FORMATS.has(extension);
  const suffix = `.${known ? spelled : EXTENSIONS[format]}`;

  if (!named) {
    const chosen =
      (stem: string) =>
      async (bytes: Uint8Array): Promise<string> =>
        saveFree(folder, { stem, suffix }, bytes);
    return { format, quality, save: chosen(STEM), saveGrid: chosen(`${STEM}-grid`) };
  }
  const stem = known ? output.slice(0, -extension.length - 1) : output;
  const nameOf = (index: number): string => `${stem}${count > 1 ? `-${index + 1}` : ''}${suffix}`;
  const grid = `${stem}-grid${suffix}`;
  for (const path of [nameOf(count - 1), ...(count > 1 ? [grid] : [])]) checkLength(path);
  const write = async (path: string, bytes: Uint8Array): Promise<string> => {
    await writeFileAtomically(path, [bytes]);
    return path;
  };
  return {
    format,
    quality,
    save: (bytes, index) => write(nameOf(index), bytes),
    saveGrid: (bytes) => write(grid, bytes),
  };
}

/** The format that an option says, else that of a file's ending, else PNG. Throws RequestError where they do not fit. */
export function readFormat(text: string | undefined, extension: string, output: string | undefined): ImageFormat {
  const own = FORMATS.get(extension);
  const wanted = text === undefined ? undefined : FORMATS.get(text.toLowerCase());
  if (text !== undefined && wanted === undefined) {
    throw new RequestError('--format', `"${text}" is no format that Graft writes`, {
      hint: nearestHint(text, ['png', 'jpeg', 'webp']),
    });
  }
  if (wanted !== undefined && own !== undefined && wanted !== own)
    throw new RequestError('--format', `${text} does not fit the name ${output}`, {
      hint: `Leave one of them out, or let the name end in .${EXTENSIONS[wanted]}.`,
    });
  if (own === undefined && wanted === undefined && /^(gif|bmp|tiff?|avif|heic|jxl|svg|psd)$/.test(extension)) {
    throw new RequestError('--output', `Graft does not write .${extension} files`, {
      hint: 'It writes .png, .jpg and .webp.',
    });
  }
  return wanted ?? own ?? 'png';
}

/** Throws SdError `file` for a name that is longer than the file system allows. */
export function checkLength(path: string): void {
  try {
    statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG')
      throw fileError(path, 'write', error);
  }
}

/** Throws RequestError for what can be no picture's place: nothing, standard output, a device. `option`: who names it. */
export function checkTarget(path: string, option: string): void {
  const hint = 'Give the name of a file or folder.';
  if (path.trim() === '') throw new RequestError(option, 'names no file', { hint });
  if (path === '-')
    throw new RequestError(option, 'pictures are not written to standard output', {
      hint: 'Give the name of a file; one that is called "-" is "./-".',
    });
  const stat = statOf(path);
  if (stat !== undefined && !stat.isFile() && !stat.isDirectory())
    throw new RequestError(option, `${path} is no ordinary file`, { hint });
}

/** Throws RequestError, also for a format that has no quality to choose. */
export function readQuality(text: string | undefined, format: ImageFormat): number | undefined {
  if (text === undefined) return undefined;
  if (format === 'png') {
    throw new RequestError('--quality', 'does nothing for PNG, which loses nothing', {
      hint: 'Choose another format with --format jpeg or --format webp.',
    });
  }
  const quality = Number(text);
  if (Number.isInteger(quality) && quality >= 1 && quality <= 100) return quality;
  throw new RequestError('--quality', `"${text}" is not a whole number between 1 and 100`);
}

/** Throws SdError `file` unless files can be made in a folder: one is made, and taken away. */
export async function checkFolder(folder: string): Promise<void> {
  const stat = statOf(folder);
  if (!stat)
    throw new SdError('file', 'this folder does not exist', {
      at: folder,
      hint: 'Make it first, or choose another.',
    });
  if (!stat.isDirectory())
    throw new SdError('file', 'is no folder', { at: folder, hint: 'Choose a folder, or a name in one.' });
  // What permissions say is not all: to root they allow everything, and some folders take no files whoever asks.
  const path = join(folder, `.graft.${randomBytes(6).toString('hex')}.part`);
  try {
    await (await open(path, 'wx')).close();
    await rm(path);
  } catch (error) {
    // The folder is there: "no such file" is how those of the system refuse.
    if (!isMissing(error)) throw fileError(folder, 'write', error);
    throw new SdError('file', 'no file can be made in this folder', {
      at: folder,
      hint: 'Choose another folder.',
      cause: error,
    });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Writes under the first free name of out.png, out-2.png …, also when others do the same at this moment. */
async function saveFree(
  folder: string,
  { stem, suffix }: { readonly stem: string; readonly suffix: string },
  bytes: Uint8Array,
): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${stem}${number === 1 ? '' : `-${number}`}${suffix}`);
    if (existsSync(path) || !(await reserve(path))) continue;
    try {
      await writeFileAtomically(path, [bytes]);
      return folder.startsWith(`.${sep}`) ? `.${sep}${path}` : path;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }
}

/** Takes a name by an empty file; false if somebody was faster. */
async function reserve(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw fileError(path, 'write', error);
  }
}
