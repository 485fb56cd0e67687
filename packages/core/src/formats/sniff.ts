import { decodeUtf8 } from '../bytes/index.ts';
import type { FormatFault } from '../errors/index.ts';

/** What a file that is no model looks like. */
export interface Lookalike {
  readonly fault: FormatFault & ('not-a-model' | 'unsupported');
  /** For "is …". */
  readonly what: string;
  readonly hint?: string;
}

const AGAIN = 'Download the model again, with an account if the site asks for one.';
const UNPACK = 'Unpack it and use the file inside.';
const CONVERT = 'Convert it to safetensors first.';

/** Beginnings of files, as bytes in Latin-1. */
const MAGICS: readonly (readonly [number, string, Lookalike])[] = [
  [0, 'GGUF', { fault: 'unsupported', what: 'GGUF', hint: CONVERT }],
  [0, '\x89HDF\r\n\x1a\n', { fault: 'unsupported', what: 'HDF5 (Keras)', hint: CONVERT }],
  [0, '7z\xbc\xaf\x27\x1c', { fault: 'unsupported', what: 'a 7z archive', hint: UNPACK }],
  [0, 'Rar!\x1a\x07', { fault: 'unsupported', what: 'a RAR archive', hint: UNPACK }],
  [0, '\x1f\x8b', { fault: 'not-a-model', what: 'packed by gzip', hint: UNPACK }],
  [0, '\x28\xb5\x2f\xfd', { fault: 'unsupported', what: 'packed by zstd', hint: UNPACK }],
  [0, 'BZh', { fault: 'not-a-model', what: 'packed by bzip2', hint: UNPACK }],
  [0, '\xfd7zXZ\x00', { fault: 'not-a-model', what: 'packed by xz', hint: UNPACK }],
  [0, '\x93NUMPY', { fault: 'unsupported', what: 'a NumPy array' }],
  [
    257,
    'ustar',
    { fault: 'unsupported', what: 'a tar archive (a tar of torch 0.1, if it holds a model)', hint: CONVERT },
  ],
  [0, '\x89PNG', { fault: 'not-a-model', what: 'a PNG picture' }],
  [0, '\xff\xd8\xff', { fault: 'not-a-model', what: 'a JPEG picture' }],
  [8, 'WEBP', { fault: 'not-a-model', what: 'a WebP picture' }],
  [0, 'GIF8', { fault: 'not-a-model', what: 'a GIF picture' }],
  [4, 'ftypavif', { fault: 'not-a-model', what: 'an AVIF picture' }],
  [0, '%PDF', { fault: 'not-a-model', what: 'a PDF document' }],
  [0, '\x7fELF', { fault: 'not-a-model', what: 'a program' }],
  [0, 'MZ', { fault: 'not-a-model', what: 'a Windows program' }],
];

/** Beginnings of texts, after blanks, in lower case. */
const TEXTS: readonly (readonly [string, string, string?])[] = [
  ['<!doctype html', 'a web page', AGAIN],
  ['<html', 'a web page', AGAIN],
  ['<?xml', 'XML', AGAIN],
  ['{', 'text (JSON)', AGAIN],
  ['[', 'text (JSON)', AGAIN],
  [
    'version https://git-lfs',
    'a Git LFS pointer, not the file itself',
    'Run "git lfs pull", or download the file by its own link.',
  ],
];

/** What the beginning of a file says it is; undefined when it says nothing. `head`: its first bytes, 512 are enough. */
export function lookalike(head: Uint8Array): Lookalike | undefined {
  const starts = (at: number, magic: string): boolean =>
    Array.from(magic).every((char, i) => head[at + i] === char.charCodeAt(0));
  const magic = MAGICS.find(([at, bytes]) => starts(at, bytes));
  if (magic !== undefined) return magic[2];
  if (head.length > 0 && head.every((byte) => byte === 0))
    return { fault: 'not-a-model', what: 'only zeros (a download that never finished)', hint: AGAIN };
  const text = decodeUtf8(head.length < 512 ? head : head.subarray(0, 500));
  if (isBinary(text)) return undefined;
  const start = text
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase();
  const known = TEXTS.find(([begin]) => start.startsWith(begin));
  if (known !== undefined) return { fault: 'not-a-model', what: known[1], hint: known[2] ?? AGAIN };
  return text.includes('\ufffd') ? undefined : { fault: 'not-a-model', what: 'text' };
}

/** Control characters other than tab, line ends, form feed and escape are no text. */
function isBinary(text: string): boolean {
  return Array.from(text).some((char) => char < ' ' && !'\t\n\v\f\r\x1a\x1b'.includes(char));
}
