import type { ByteSource } from '@graft/core/bytes';
import { FormatError, SdError } from '@graft/core/errors';

export interface HttpSourceOptions {
  /** Most bytes that are downloaded whole where a server sends no ranges. */
  readonly wholeLimit?: number;
  readonly fetch?: typeof fetch;
}

/** 64 MiB: adapters and embeddings, no checkpoints. */
const WHOLE_LIMIT = 64 << 20;
/** Read at once, and kept: headers lie at the beginning or the end, and are read in small pieces. */
const BLOCK = 64 << 10;
const BLOCKS_KEPT = 64;

/** Whether a text is the address of something on a server. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/**
 * A file on a server, of which only the ranges that are read are fetched (RFC 9110, section 14). A server that sends no ranges gives a small
 * file whole. Throws SdError `file` where the server cannot be reached or refuses, where a large file cannot be read in ranges, and, on
 * reading, where the file was changed meanwhile; `read` throws FormatError `truncated` outside its size.
 */
export async function httpSource(url: string, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const at = shortName(url);
  const ask = (start: number, end: number, version?: string): Promise<Response> =>
    request(url, at, { start, end, version, send: options.fetch ?? fetch });
  const first = await ask(0, BLOCK);
  if (first.status === 200) return inMemory(at, await whole(first, at, options.wholeLimit ?? WHOLE_LIMIT));
  if (first.status === 416) return inMemory(at, new Uint8Array());
  const size = totalOf(first, 0, at);
  const version = strongVersion(first);
  const head = await body(first, Math.min(BLOCK, size), at);

  const fetchRange = async (start: number, end: number): Promise<Uint8Array> => {
    const response = await ask(start, end, version);
    if (response.status !== 206 || totalOf(response, start, at) !== size || strongVersion(response) !== version) {
      await response.body?.cancel();
      throw changed(at);
    }
    return body(response, end - start, at);
  };
  const blocks = new Map<number, Promise<Uint8Array>>([[0, Promise.resolve(head)]]);
  const blockAt = (index: number): Promise<Uint8Array> => {
    const known = blocks.get(index) ?? fetchRange(index * BLOCK, Math.min((index + 1) * BLOCK, size));
    // Behind all others, so that the one that was not read for longest goes first.
    blocks.delete(index);
    blocks.set(index, known);
    known.catch(() => blocks.delete(index));
    if (blocks.size > BLOCKS_KEPT) blocks.delete(blocks.keys().next().value!);
    return known;
  };
  return {
    name: at,
    size,
    async read(start, end) {
      checkRange({ name: at, size }, start, end);
      const [from, to] = [Math.floor(start / BLOCK), Math.ceil(end / BLOCK)];
      if (start === end) return new Uint8Array();
      if (to - from > 2) return fetchRange(start, end);
      const parts = await Promise.all(Array.from({ length: to - from }, (_, i) => blockAt(from + i)));
      return Buffer.concat(parts).subarray(start - from * BLOCK, end - from * BLOCK);
    },
  };
}

function inMemory(name: string, bytes: Uint8Array): ByteSource {
  const { length: size } = bytes;
  return {
    name,
    size,
    async read(start, end) {
      checkRange({ name, size }, start, end);
      return bytes.subarray(start, end);
    },
  };
}

function checkRange(
  { name, size }: { readonly name: string; readonly size: number },
  start: number,
  end: number,
): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start && end <= size) return;
  throw new FormatError('truncated', name, `bytes ${start} to ${end} are outside its ${size} bytes`);
}

/** The last part of the path. What follows it may be a secret, and is not shown. */
function shortName(url: string): string {
  try {
    const { pathname, hostname } = new URL(url);
    const last = pathname.split('/').findLast((part) => part !== '');
    return last === undefined ? hostname : decodeURIComponent(last);
  } catch {
    throw new SdError('file', 'is no address', { at: url, hint: 'Write it as https://server/path/file.safetensors.' });
  }
}

interface Asked {
  readonly start: number;
  readonly end: number;
  /** What the file is known as: the server must send another version whole. */
  readonly version: string | undefined;
  readonly send: typeof fetch;
}

/** Asks for a range. The answer is 200, 206, or 416 to an empty file. */
async function request(url: string, at: string, { start, end, version, send }: Asked): Promise<Response> {
  const headers = {
    range: `bytes=${start}-${end - 1}`,
    // Ranges of packed bytes would be of no use.
    'accept-encoding': 'identity',
    ...(version === undefined ? {} : { 'if-range': version }),
  };
  const response = await send(url, { headers, redirect: 'follow' }).catch((error: unknown) => {
    throw new SdError('file', `cannot be reached: ${reasonOf(error)}`, {
      at,
      hint: 'Check the address and the connection.',
      cause: error,
    });
  });
  const { status } = response;
  const packed = response.headers.get('content-encoding') ?? 'identity';
  if ((status === 206 && packed === 'identity') || status === 200) return response;
  const total = response.headers.get('content-range');
  await response.body?.cancel();
  if (status === 416 && start === 0 && total === 'bytes */0') return response;
  if (status === 206) throw new SdError('file', `is sent packed (${packed}) in ranges`, { at, hint: DOWNLOAD });
  throw new SdError('file', `cannot be read: the server answers ${status}`, { at, hint: hintOf(status) });
}

const DOWNLOAD = 'Download the file, and give its path.';

function hintOf(status: number): string {
  if (status === 404 || status === 410) return 'Check the address.';
  if (status === 401 || status === 403) return `The server wants to know who asks. ${DOWNLOAD}`;
  return status === 429 || status >= 500 ? 'Try again later.' : DOWNLOAD;
}

/** fetch tells what went wrong in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** The size of the whole file, from an answer that must begin at `start`. */
function totalOf(response: Response, start: number, at: string): number {
  const range = response.headers.get('content-range') ?? '';
  const [, from, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(range) ?? [];
  if (total !== undefined && Number(from) === start) return Number(total);
  throw new SdError('file', 'is sent in ranges without saying which', { at, hint: DOWNLOAD });
}

/** An entity tag that changes with every byte, or undefined. */
function strongVersion(response: Response): string | undefined {
  const tag = response.headers.get('etag');
  return tag === null || tag.startsWith('W/') ? undefined : tag;
}

/** The bytes of an answer, of which there must be so many. */
async function body(response: Response, length: number, at: string): Promise<Uint8Array> {
  const bytes = await collect(response, length, at);
  if (bytes.length !== length) throw cutOff(at, bytes.length, length);
  return bytes;
}

/** A whole file, if it is small. */
async function whole(response: Response, at: string, limit: number): Promise<Uint8Array> {
  const told = response.headers.get('content-length');
  const packed = response.headers.get('content-encoding') ?? 'identity';
  const size = told === null || packed !== 'identity' ? undefined : Number(told);
  if (size !== undefined && size > limit) {
    await response.body?.cancel();
    throw tooLarge(at, limit);
  }
  const bytes = await collect(response, limit, at);
  if (bytes.length > limit) throw tooLarge(at, limit);
  if (size !== undefined && bytes.length !== size) throw cutOff(at, bytes.length, size);
  return bytes;
}

/** Reads an answer, and stops as soon as it is longer than `most`. */
async function collect(response: Response, most: number, at: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const stream: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
    if (stream === undefined) return new Uint8Array();
    for await (const part of stream) {
      parts.push(part);
      length += part.length;
      if (length > most) break;
    }
  } catch (error) {
    throw new SdError('file', `was not sent to its end: ${reasonOf(error)}`, { at, hint: 'Try again.', cause: error });
  }
  return Buffer.concat(parts);
}

function tooLarge(at: string, limit: number): SdError {
  return new SdError('file', `is longer than ${limit >> 20} MiB, and its server sends no parts of it`, {
    at,
    hint: DOWNLOAD,
  });
}

function cutOff(at: string, got: number, wanted: number): SdError {
  return new SdError('file', `was not sent as asked: ${got} bytes in place of ${wanted}`, { at, hint: 'Try again.' });
}

function changed(at: string): SdError {
  return new SdError('file', 'changed while it was being read', { at, hint: 'Try again.' });
}
