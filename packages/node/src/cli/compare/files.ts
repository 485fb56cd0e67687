import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { ImageFormat } from '@graft/core/image';
import { statOf } from '../../files.ts';
import type { Arguments } from '../arguments.ts';
import {
  checkFolder,
  checkLength,
  checkTarget,
  EXTENSIONS,
  FORMATS,
  readFormat,
  readQuality,
} from '../generate/output.ts';

/** Names of the files of a comparison. Pages are counted from 0, and their numbers left out where there is one. */
export interface CompareFiles {
  readonly format: ImageFormat;
  /** 1…100, for formats that lose something. */
  readonly quality: number | undefined;
  /** `NAME-cell-1.png`: counted as the cells are. */
  cell(index: number): string;
  /** `NAME.png`, or `NAME-page-1.png`. */
  grid(page: number): string;
  /** `NAME-diff.png`, or `NAME-diff-page-1.png`. */
  differences(page: number): string;
}

/** What chosen names begin with. */
const STEM = 'compare';

/** Decides where files go, and that they can be written there. Throws RequestError, SdError `file`. */
export async function planFiles(given: Arguments, pages: number): Promise<CompareFiles> {
  const output = given.value('output');
  if (output !== undefined) checkTarget(output, '--output');
  const isFolder = output !== undefined && (/[/\\]$/.test(output) || statOf(output)?.isDirectory() === true);
  const named = output !== undefined && !isFolder;
  const spelled = named ? extname(output).slice(1) : '';
  const extension = spelled.toLowerCase();
  const format = readFormat(given.value('format'), extension, output);
  const quality = readQuality(given.value('quality'), format);
  const folder = output === undefined ? '.' : isFolder ? output : dirname(output);
  await checkFolder(folder);
  const known = FORMATS.has(extension);
  const suffix = `.${known ? spelled : EXTENSIONS[format]}`;
  const stem = named ? (known ? output.slice(0, -extension.length - 1) : output) : join(folder, freeStem(folder));
  // The longest of their names.
  checkLength(`${stem}-diff-page-${pages}${suffix}`);
  const page = (number: number): string => (pages > 1 ? `-page-${number + 1}` : '');
  return {
    format,
    quality,
    cell: (index) => `${stem}-cell-${index + 1}${suffix}`,
    grid: (number) => `${stem}${page(number)}${suffix}`,
    differences: (number) => `${stem}-diff${page(number)}${suffix}`,
  };
}

/** The first of compare, compare2 … with which no file of the folder begins. */
function freeStem(folder: string): string {
  const names = readdirSync(folder).map((name) => basename(name, extname(name)));
  for (let number = 1; ; number++) {
    const stem = `${STEM}${number === 1 ? '' : number}`;
    if (!names.some((name) => name === stem || name.startsWith(`${stem}-`))) return stem;
  }
}
