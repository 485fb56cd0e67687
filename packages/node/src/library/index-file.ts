import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../files.ts';
import type { FileFacts } from './entry.ts';

// What is known of files between runs: a JSON object of path → facts. It may be deleted at any time; a file that was
// changed since is looked into again.

/** Changes whenever facts are told otherwise. */
const VERSION = 12;

/** Facts by path; empty where there is no index, or one of another version. */
export async function readIndex(path: string): Promise<Map<string, FileFacts>> {
  try {
    const { version, files } = JSON.parse(await readFile(path, 'utf8')) as { version?: unknown; files?: unknown };
    if (version !== VERSION || typeof files !== 'object' || files === null) return new Map();
    return new Map(
      Object.entries(files as Record<string, FileFacts | null>).filter(
        (file): file is [string, FileFacts] => file[1] !== null,
      ),
    );
  } catch {
    return new Map();
  }
}

/** Keeps what is known. A disk that cannot be written costs time at the next start, and nothing else. */
export async function writeIndex(path: string, files: ReadonlyMap<string, FileFacts>): Promise<void> {
  const text = JSON.stringify({ version: VERSION, files: Object.fromEntries(files) });
  await writeFileAtomically(path, [Buffer.from(text)]).catch(() => undefined);
}
