import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FormatError } from '@graft/core/errors';
import { fileError } from './files.ts';

/** The longest JSON file beside models that is read: lists of shards are the longest. */
const LIMIT = 64 << 20;

/** Reads an object out of a JSON file, which errors call by `name`. Throws FormatError for anything else, SdError `file`. */
export async function readJsonFile(
  path: string,
  name: string = basename(path),
): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > LIMIT) throw new FormatError('too-large', name, `has ${size} bytes`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw error instanceof FormatError ? error : fileError(path, 'read', error);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new FormatError('bad-header', name, 'is no JSON', { cause: error });
  }
  throw new FormatError('bad-header', name, 'is no JSON object');
}
