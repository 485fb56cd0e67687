import { localizeNetworks, type Infotext } from '@graft/core/formats';
import { isHash, recallFile, type RecallSources } from './recall-file.ts';

/** Files of a picture's networks, by the names that its prompts have for them. */
export interface RecalledNetworks {
  /** The prompt, whose tags call the files with the hashes of the picture's. */
  readonly prompt: string;
  readonly notes: readonly string[];
}

export interface RecallNames extends RecallSources {
  /** Files beside the library by the names of tags; those of the picture that no name of the library leads to are added. */
  readonly files: Map<string, string>;
  /** What tags can call a file of the library. */
  tagName(path: string): string;
}

/** Finds the adapters of a picture's prompt by their hashes. Throws AbortedError. */
export async function recallAdapters(
  infotext: Infotext,
  { files, tagName, ...sources }: RecallNames,
): Promise<RecalledNetworks> {
  const told = new Map<string, string>();
  // Once to hear which tags have hashes: files are looked for one after the other.
  localizeNetworks(infotext, (hash, name) => void told.set(name, hash));
  const names = new Map<string, string>();
  const notes: string[] = [];
  for (const [name, hash] of told) {
    // Who gave a file for the name chose it.
    if (!isHash(hash) || files.has(name)) continue;
    const { entry, note } = await recallFile('adapter', { name, hash }, sources);
    if (note !== undefined) notes.push(note);
    else if (entry !== undefined) names.set(name, nameFor(entry.path, name));
  }
  const prompt = String(localizeNetworks(infotext, (_, name) => names.get(name)).get('Prompt') ?? '');
  return { prompt, notes };

  function nameFor(path: string, name: string): string {
    const [own] = sources.library.findAll('adapter', name);
    if (own?.path === path) return name;
    const better = tagName(path);
    const isFree = !files.has(better) || files.get(better) === path;
    if (isFree && sources.library.findAll('adapter', better)[0]?.path === path) return better;
    // Its name is no tag's, or leads to another file.
    const free = isFree && sources.library.findAll('adapter', better).length === 0 ? better : name;
    files.set(free, path);
    return free;
  }
}

/**
 * Finds the embeddings that a picture's texts name by their hashes, and adds to `files` those that their words do not lead to. `texts`: what
 * is drawn now. Gives what to tell. Throws AbortedError.
 */
export async function recallEmbeddings(
  infotext: Infotext,
  texts: readonly unknown[],
  { files, ...sources }: Omit<RecallNames, 'tagName'>,
): Promise<readonly string[]> {
  const said = texts.map((text) => (typeof text === 'string' ? plain(text) : '')).join('\n');
  const notes: string[] = [];
  for (const part of String(infotext.get('TI hashes') ?? '').split(',')) {
    const [name = '', hash = ''] = part.split(':').map((one) => one.trim());
    // Words that are no more there, or that somebody gave a file for.
    if (!isHash(hash) || name === '' || !said.includes(name) || files.has(name)) continue;
    // Texts of pictures leave out signs that embeddings may have in their names.
    const word = sources.library.entries('embedding').find((entry) => plain(entry.name) === name)?.name ?? name;
    const { entry, note } = await recallFile('embedding', { name: word, hash }, sources);
    if (note !== undefined && !notes.includes(note)) notes.push(note);
    if (note !== undefined || entry === undefined) continue;
    if (entry.name !== word || sources.library.findAll('embedding', word)[0]?.path !== entry.path)
      files.set(word, entry.path);
  }
  return notes;
}

function plain(text: string): string {
  return text.replaceAll(/[:,]/g, '');
}
