import { randomBytes } from 'node:crypto';
import { statSync, type Stats } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ByteSource } from '@graft/core/bytes';
import { FormatError, SdError } from '@graft/core/errors';

/** A file that is open for reading. */
export interface FileSource extends ByteSource {
  /** Absolute path: the engine maps weights from it without going through `read`. */
  readonly path: string;
  /** Throws SdError `file` when what is at the path now is not what was opened, by its size and time, or nothing is there. */
  check(): void;
  /** Closes the file. Reading afterwards fails; closing again does nothing. */
  close(): Promise<void>;
}

const files = new WeakSet<ByteSource>();

/** Whether a source is a file on disk. */
export function isFileSource(source: ByteSource): source is FileSource {
  return files.has(source);
}

/**
 * Opens a file for ranged reading. Its name in messages is its base name.
 * Throws SdError `file` when it is missing, a folder, or may not be read; `read` throws it when the file was shortened or
 * replaced by other content while open, and FormatError `truncated` outside its size.
 */
export async function fileSource(path: string): Promise<FileSource> {
  const name = basename(path);
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw fileError(path, 'read', error);
  });
  let changed: number;
  let size: number;
  try {
    const stat = await handle.stat();
    if (stat.isDirectory())
      throw new SdError('file', 'is a folder, not a file', { at: path, hint: 'Give the path of a file.' });
    if (!stat.isFile()) throw new SdError('file', 'is no ordinary file', { at: path });
    ({ size, mtimeMs: changed } = stat);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const unchanged = shared(async () => {
    if ((await handle.stat()).mtimeMs !== changed) throw changedError(path);
  });
  let closed: Promise<void> | undefined;
  const source: FileSource = {
    name,
    path: resolve(path),
    size,
    async read(start, end, into) {
      if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start && end <= size))
        throw new FormatError('truncated', name, `bytes ${start} to ${end} are outside its ${size} bytes`);
      try {
        const length = end - start;
        const bytes = into && into.length >= length ? into.subarray(0, length) : fresh(length);
        await fill(bytes, handle, start, path);
        await unchanged();
        return bytes;
      } catch (error) {
        throw error instanceof SdError ? error : fileError(path, 'read', error);
      }
    },
    check() {
      const now = ofFile(path, (at) => statSync(at));
      if (now.size !== size || now.mtimeMs !== changed) throw changedError(path);
    },
    close: () => (closed ??= handle.close()),
  };
  files.add(source);
  return source;
}

/** Longest single read: the operating system's own limit lies at 2^31. */
const READ_STEP = 2 ** 30;

/** Not zeroed first: every byte is read. Its own memory, not a part of Node's pool. */
function fresh(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

async function fill(bytes: Uint8Array, handle: FileHandle, start: number, path: string): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(READ_STEP, bytes.length - at), start + at);
    if (bytesRead === 0) throw changedError(path);
    at += bytesRead;
  }
}

/** A look at something that serves all who ask before it begins: while one looks, the others wait for the next look together. */
function shared(look: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        last = look();
        return last;
      });
    return next;
  };
}

function changedError(path: string): SdError {
  return new SdError('file', 'changed while it was being read', {
    at: path,
    hint: 'Try again when nothing writes to it.',
  });
}

/**
 * Writes a file as a whole: to a temporary name in the same folder, flushed, then renamed, so that nobody ever sees half
 * of it. The folder must exist. An error of `chunks` passes through; then, as after every failure, nothing is left behind
 * and an older file of that name is untouched.
 * Throws SdError `file` when the disk is full, the folder is missing or may not be written, or the name is a folder's.
 */
export async function writeFileAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  // Names may have 255 bytes, and one letter up to four.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 50)}.${randomBytes(6).toString('hex')}.part`);
  const guarded = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw fileError(path, 'write', error);
    });
  // Exclusive: never through a link that somebody has put there.
  const handle = await guarded(open(temporary, 'wx'));
  try {
    try {
      for await (const chunk of chunks) await guarded(writeFully(handle, chunk));
      await guarded(handle.sync());
    } finally {
      await guarded(handle.close());
    }
    await guarded(rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeFully(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
}

/** What the system tells of a file. Throws SdError `file`. */
export function ofFile<T>(path: string, tell: (path: string) => T): T {
  try {
    return tell(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}

/** What is at a path; undefined for what is not there or cannot be reached, and for names that no file can have. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What system errors mean for the person whose file it is. */
const REASONS: ReadonlyMap<string, { readonly message: string; readonly hint: string }> = new Map([
  ['ENOENT', { message: 'does not exist', hint: 'Check the path.' }],
  ['ENOTDIR', { message: 'does not exist: a part of its path is no folder', hint: 'Check the path.' }],
  ['EISDIR', { message: 'is a folder, not a file', hint: 'Give the path of a file.' }],
  ['EACCES', { message: 'no permission', hint: 'Check the permissions of the file and its folder.' }],
  ['EPERM', { message: 'no permission', hint: 'Check the permissions of the file and its folder.' }],
  ['EROFS', { message: 'lies on a read-only disk', hint: 'Choose another folder.' }],
  ['ENOSPC', { message: 'the disk is full', hint: 'Free some space or choose another disk.' }],
  ['EDQUOT', { message: 'the disk quota is used up', hint: 'Free some space or choose another disk.' }],
  ['EFBIG', { message: 'is larger than the disk allows for one file', hint: 'Choose another disk.' }],
  ['EMFILE', { message: 'too many files are open', hint: 'Close other programs or raise the limit on open files.' }],
  ['ENAMETOOLONG', { message: 'has a name that is too long', hint: 'Choose a shorter name.' }],
  ['ELOOP', { message: 'is a link that leads to itself', hint: 'Check the link.' }],
]);

/** The SdError of a failed file operation. `doing`: for reasons that have no words of their own. */
export function fileError(path: string, doing: 'read' | 'write', error: unknown): SdError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = REASONS.get(code) ?? {
    message: `cannot be ${doing === 'read' ? 'read' : 'written'}${code && ` (${code})`}`,
    hint: undefined,
  };
  // A missing file is the folder's fault when writing.
  const message = doing === 'write' && code === 'ENOENT' ? 'its folder does not exist' : reason.message;
  return new SdError('file', message, { at: path, hint: reason.hint, cause: error });
}
