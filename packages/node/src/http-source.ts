import type { ByteSource } from '@graft/core/bytes';
import { FormatError, SdError } from '@graft/core/errors';

export interface HttpSourceOptions {
  /** Most bytes that are downloaded whole where a server sends no ranges. */
  readonly wholeLimit?: number;
  /** How long a server may send nothing, in ms: before it answers, and between pieces of an answer. Default 30 s. */
  readonly silence?: number;
  readonly fetch?: typeof fetch;
}

/** 64 MiB: adapters and embeddings, no checkpoints. */
const WHOLE_LIMIT = 64 << 20;
/** Read at once, and kept: headers lie at the beginning or the end, and are read in small pieces. */
const BLOCK = 64 << 10;
const BLOCKS_KEPT = 64;
const SILENCE = 30_000;

/** Whether a text is the address of something on a server. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** Throws SdError `file` for an address of a kind that is not fetched, such as ftp. */
export function refuseOtherAddress(text: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1];
  if (scheme === undefined || isUrl(text)) return;
  throw new SdError('file', `cannot be fetched: ${scheme} is neither http nor https`, { at: text, hint: DOWNLOAD });
}

/**
 * A file on a server, of which only the ranges that are read are fetched (RFC 9110, section 14). A server that sends no ranges gives a small
 * file whole. Throws SdError `file` where the server cannot be reached or refuses, where a large file cannot be read in ranges, where it
 * falls silent, and, on reading, where the file was changed meanwhile; `read` throws FormatError `truncated` outside its size.
 */
export async function httpSource(url: string, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const at = shortName(url);
  const server: Server = { at, silence: options.silence ?? SILENCE, send: options.fetch ?? fetch };
  const ask = (start: number, end: number, version?: string): Promise<Response> =>
    request(url, server, { start, end, version });
  const first = await ask(0, BLOCK);
  if (first.status === 200) return inMemory(at, await whole(first, server, options.wholeLimit ?? WHOLE_LIMIT));
  if (first.status === 416) return inMemory(at, new Uint8Array());
  const size = totalOf(first, 0, at);
  const version = strongVersion(first);
  const head = await body(first, Math.min(BLOCK, size), server);

  const fetchRange = async (start: number, end: number): Promise<Uint8Array> => {
    const response = await ask(start, end, version);
    if (response.status !== 206 || totalOf(response, start, at) !== size || strongVersion(response) !== version) {
      await response.body?.cancel();
      throw changed(at);
    }
    return body(response, end - start, server);
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

/** Whom to ask, and how long to wait for him. */
interface Server {
  /** What the file is called in errors. */
  readonly at: string;
  /** In ms. */
  readonly silence: number;
  readonly send: typeof fetch;
}

interface Asked {
  readonly start: number;
  readonly end: number;
  /** What the file is known as: the server must send another version whole. */
  readonly version: string | undefined;
}

/** Asks for a range. The answer is 200, 206, or 416 to an empty file. */
async function request(url: string, server: Server, { start, end, version }: Asked): Promise<Response> {
  const { at, send } = server;
  const headers = {
    range: `bytes=${start}-${end - 1}`,
    // Ranges of packed bytes would be of no use.
    'accept-encoding': 'identity',
    ...(version === undefined ? {} : { 'if-range': version }),
  };
  const connection = new AbortController();
  const answer = send(url, { headers, redirect: 'follow', signal: connection.signal }).catch((error: unknown) => {
    throw new SdError('file', `cannot be reached: ${reasonOf(error)}`, {
      at,
      hint: 'Check the address and the connection.',
      cause: error,
    });
  });
  const response = await unlessSilent(answer, server, () => connection.abort());
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
  // Of OpenSSL, whose messages are full of its own places.
  if (cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string') return `TLS: ${cause.reason}`;
  return cause instanceof Error ? cause.message : String(cause);
}

/** The size of the whole file, from an answer that must begin at `start`. */
function totalOf(response: Response, start: number, at: string): number {
  const range = response.headers.get('content-range') ?? '';
  const [, from, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(range) ?? [];
  if (total !== undefined && Number(from) === start) return Number(total);
  const fault =
    from !== undefined
      ? `is sent from byte ${from} on where it was asked for from byte ${start} on`
      : /^bytes \d{1,15}-\d{1,15}\/\*$/.test(range)
        ? 'is sent in ranges without saying how long it is'
        : 'is sent in ranges without saying which';
  throw new SdError('file', fault, { at, hint: DOWNLOAD });
}

/** An entity tag that changes with every byte, or undefined. */
function strongVersion(response: Response): string | undefined {
  const tag = response.headers.get('etag');
  return tag === null || tag.startsWith('W/') ? undefined : tag;
}

/** The bytes of an answer, of which there must be so many. */
async function body(response: Response, length: number, server: Server): Promise<Uint8Array> {
  const bytes = await collect(response, length, server);
  if (bytes.length !== length) throw cutOff(server.at, bytes.length, length);
  return bytes;
}

/** A whole file, if it is small. */
async function whole(response: Response, server: Server, limit: number): Promise<Uint8Array> {
  const { at } = server;
  const told = response.headers.get('content-length');
  const packed = response.headers.get('content-encoding') ?? 'identity';
  const size = told === null || packed !== 'identity' ? undefined : Number(told);
  if (size !== undefined && size > limit) {
    await response.body?.cancel();
    throw tooLarge(at, limit);
  }
  const bytes = await collect(response, limit, server);
  if (bytes.length > limit) throw tooLarge(at, limit);
  if (size !== undefined && bytes.length !== size) throw cutOff(at, bytes.length, size);
  return bytes;
}

/** Reads an answer, and stops as soon as it is longer than `most`. */
async function collect(response: Response, most: number, server: Server): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const stream: ReadableStream<Uint8Array> | undefined = response.body ?? undefined;
  if (stream === undefined) return new Uint8Array();
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  try {
    for (let length = 0; length <= most;) {
      const { done, value } = await unlessSilent(reader.read(), server, stop);
      if (done) return Buffer.concat(parts);
      parts.push(value);
      length += value.length;
    }
  } catch (error) {
    if (error instanceof SdError) throw error;
    const told = `was not sent to its end: ${reasonOf(error)}`;
    throw new SdError('file', told, { at: server.at, hint: 'Try again.', cause: error });
  }
  stop();
  return Buffer.concat(parts);
}

/** What a server is awaited for; where it sends nothing for too long, `stop` is called and SdError `file` thrown. */
async function unlessSilent<T>(awaited: Promise<T>, { at, silence }: Server, stop: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new SdError('file', `was not sent: its server has been silent for ${silence / 1000} s`, {
          at,
          hint: `Try again later. ${DOWNLOAD}`,
        }),
      );
      stop();
    }, silence);
  });
  try {
    return await Promise.race([awaited, silent]);
  } finally {
    clearTimeout(timer);
  }
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
