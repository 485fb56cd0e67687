import { Unzlib } from 'fflate';
import { decodeUtf8, encodeUtf8 } from '../../bytes/index.ts';
import { FormatError } from '../../errors/index.ts';
import { concat, fromLatin1, latin1 } from './byte-reader.ts';
import { encodePngChunk, type PngChunk } from './png-chunks.ts';

/** Bytes of the longest compressed text that is read, inflated. */
const INFLATED_LIMIT = 8 << 20;
/** Packed bytes inflated at a time: at most 4 MiB come out of one step. */
const STEP = 4096;

/**
 * Keyword and text of a tEXt, zTXt or iTXt chunk (PNG 1.2, 4.2.3), read as Pillow does; undefined for other chunks and for
 * those that Pillow passes over. Throws FormatError `too-large` when a compressed text is over 8 MiB.
 */
export function readPngText({ type, data }: PngChunk, name: string): readonly [string, string] | undefined {
  if (type === 'tEXt') {
    const [key, value] = split(data) ?? [data, new Uint8Array()];
    return key.length === 0 ? undefined : [latin1(key), latin1(value)];
  }
  if (type === 'zTXt') {
    const [key, value] = split(data) ?? [data, new Uint8Array()];
    if (key.length === 0) return undefined;
    return [latin1(key), value[0] === 0 ? latin1(inflate(value.subarray(1), name) ?? new Uint8Array()) : ''];
  }
  return type === 'iTXt' ? readInternational(data, name) : undefined;
}

function readInternational(data: Uint8Array, name: string): readonly [string, string] | undefined {
  const [key, rest] = split(data) ?? [data, new Uint8Array()];
  const [, afterLanguage] = split(rest.subarray(2)) ?? [];
  const [, packed] = (afterLanguage && split(afterLanguage)) ?? [];
  if (key.length === 0 || packed === undefined) return undefined;
  if (rest[0] !== 0 && rest[1] !== 0) return undefined;
  const value = rest[0] === 0 ? packed : inflate(packed, name);
  const text = value && decodeUtf8(value, { fatal: true });
  return text === undefined ? undefined : [latin1(key), text];
}

/** What stands before and after the first zero byte. */
function split(data: Uint8Array): readonly [Uint8Array, Uint8Array] | undefined {
  const at = data.indexOf(0);
  return at < 0 ? undefined : [data.subarray(0, at), data.subarray(at + 1)];
}

/** Undefined for broken data. */
function inflate(packed: Uint8Array, name: string): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Unzlib((part) => {
    size += part.length;
    if (size > INFLATED_LIMIT)
      throw new FormatError('too-large', name, `has a compressed text of more than ${INFLATED_LIMIT} bytes`);
    parts.push(part);
  });
  try {
    for (let at = 0; at < packed.length; at += STEP)
      stream.push(new Uint8Array(packed.subarray(at, at + STEP)), at + STEP >= packed.length);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    return undefined;
  }
  return concat(parts);
}

/** A text as a chunk: tEXt where Latin-1 can hold it, else iTXt, uncompressed, as Pillow writes it. `key` has 1…79 Latin-1 characters. */
export function encodePngText(key: string, text: string): Uint8Array {
  const head = [fromLatin1(key), Uint8Array.of(0)];
  if (isLatin1(text)) return encodePngChunk('tEXt', concat([...head, fromLatin1(text)]));
  return encodePngChunk('iTXt', concat([...head, Uint8Array.of(0, 0, 0, 0), encodeUtf8(text)]));
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
