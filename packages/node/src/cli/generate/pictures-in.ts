import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { decodeBase64 } from '@graft/core/bytes';
import { FormatError } from '@graft/core/errors';
import { imageType } from '@graft/core/formats';
import type { ImageReader } from '@graft/core/pipeline';
import { fileError } from '../../files.ts';

/** Longest text that can be a path. */
const PATH_LIMIT = 4096;

/** A picture file. Throws SdError `file`, and FormatError for what is no picture. */
export function readPictureFile(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
  return checkPicture(bytes, basename(path));
}

/**
 * Reads pictures of a request's JSON: a data URL, base64, or the path of a file, relative to `folder`; an `@` may stand before it.
 * Throws SdError `file` and FormatError.
 */
export function pictureReader(folder: string): ImageReader {
  return (text, field) => {
    const url = /^data:[^,]{0,100},/.exec(text);
    if (url) return checkPicture(decodeBase64(text.slice(url[0].length)), field);
    if (text.startsWith('@')) return readPictureFile(resolve(folder, text.slice(1)));
    const bytes = decodeBase64(text);
    if (bytes !== undefined && imageType(bytes) !== undefined) return bytes;
    if (text.length <= PATH_LIMIT && !text.includes('\0')) return readPictureFile(resolve(folder, text));
    return checkPicture(bytes, field);
  };
}

function checkPicture(bytes: Uint8Array | undefined, name: string): Uint8Array {
  if (bytes !== undefined && imageType(bytes) !== undefined) return bytes;
  throw new FormatError('unsupported', name, 'is no picture that Graft reads', {
    hint: 'Graft reads PNG, JPEG, WebP, GIF, AVIF and BMP.',
  });
}
