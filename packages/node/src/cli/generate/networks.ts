import { existsSync } from 'node:fs';
import { parseAdapterTag } from '@graft/core/adapters';
import { RequestError } from '@graft/core/errors';
import type { Infotext } from '@graft/core/formats';
import type { ImageCodec } from '@graft/core/image';
import type { NetworkSource } from '@graft/core/pipeline';
import { parseNetworks } from '@graft/core/text';
import { adapterName } from '../../adapter-folder.ts';
import type { Registry } from '../../extension/extension.ts';
import type { Library } from '../../library.ts';
import { fileNamed, type LocalModels } from '../../model-source.ts';
import { adapterNamed, localNetworks, stemOf } from '../../network-source.ts';
import type { Arguments } from '../arguments.ts';
import type { Stop } from '../stop.ts';
import type { Composed } from './compose.ts';
import { recallAdapters, recallEmbeddings } from './recall-networks.ts';

/** A request whose prompt has the tags of `--lora` and `--hypernet`, and what its names mean. */
export interface WithNetworks {
  readonly composed: Composed;
  readonly networks: NetworkSource;
}

interface Sources {
  readonly library: Library;
  readonly models: LocalModels;
  readonly codec: ImageCodec;
  readonly stop: Stop;
  readonly registry: Registry;
}

/**
 * Adds the networks that options name. Tags of a picture's infotext, and words of its embeddings, lead to the library's files with their
 * hashes. Throws RequestError, SdError `file`, AbortedError.
 */
export async function withNetworks(
  given: Arguments,
  composed: Composed,
  { library, models, codec, stop, registry }: Sources,
): Promise<WithNetworks> {
  const lora = readOption(given, 'lora', library);
  const hypernet = readOption(given, 'hypernet', library);
  const embeddings = readEmbeddings(given.values('embedding'));
  const { body, infotext } = composed;
  const told = body['prompt'] ?? '';
  const recall = { library, cancel: stop.cancel };
  const tagOf = (path: string): string => tagName(path, 'lora', library);
  const { prompt, notes: changed } =
    infotext !== undefined && told === infotext.get('Prompt')
      ? await recallAdapters(infotext, { ...recall, files: lora.files, tagName: tagOf })
      : { prompt: told, notes: [] };
  const texts = ['prompt', 'negative_prompt', 'hr_prompt', 'hr_negative_prompt'].map((field) => body[field]);
  const other = infotext && (await recallEmbeddings(infotext, texts, { ...recall, files: embeddings }));
  const tags = [...lora.tags, ...hypernet.tags].join('');
  const words = new Set([...library.entries('embedding').map(({ name }) => name), ...embeddings.keys()]);
  const notes = [...composed.notes, ...changed, ...(other ?? []), ...missingEmbeddings(infotext, words)];
  return {
    // What is no text is refused with the other fields.
    composed: typeof prompt === 'string' ? { ...composed, notes, body: { ...body, prompt: prompt + tags } } : composed,
    networks: localNetworks({
      library,
      files: models,
      codec,
      adapters: lora.files,
      hypernetworks: hypernet.files,
      embeddings,
      families: registry.families,
      cancel: stop.cancel,
    }),
  };
}

/** The files of `--embedding` by the words that call them. Throws RequestError for what is no file and for two of one name, SdError `file`. */
export function readEmbeddings(given: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const text of given) {
    const path = fileNamed(text);
    if (path === undefined) {
      throw new RequestError('--embedding', `${text} is no file`, {
        hint: 'Embeddings of the model folders need no option: write their names in the prompt.',
      });
    }
    addFile(files, { name: stemOf(path), path, option: 'embedding' });
  }
  return files;
}

/** Adds a file by the name that prompts call it. Throws RequestError if another file has it: one would take the place of the other. */
function addFile(
  files: Map<string, string>,
  { name, path, option }: { readonly name: string; readonly path: string; readonly option: string },
): void {
  const other = files.get(name);
  if (other !== undefined && other !== path) {
    throw new RequestError(`--${option}`, `${other} and ${path} are both called "${name}"`, {
      hint: 'Give one of them, or rename it.',
    });
  }
  files.set(name, path);
}

/** Words of a picture that were embeddings where it was drawn, and are only words here. */
function missingEmbeddings(infotext: Infotext | undefined, words: ReadonlySet<string>): string[] {
  const names = String(infotext?.get('TI hashes') ?? '')
    .split(',')
    .map((part) => part.split(':')[0]!.trim())
    .filter((name) => name !== '' && ![...words].some((word) => word.replaceAll(/[:,]/g, '') === name));
  return [...new Set(names)].map(
    (name) => `The embedding "${name}" of the picture is not there: its name is read as ordinary words.`,
  );
}

/** What the kinds of tags are in the library. */
const LIBRARY_KINDS = { lora: 'adapter', hypernet: 'hypernetwork' } as const;

type TagKind = keyof typeof LIBRARY_KINDS;
type Names = Pick<Library, 'find' | 'findAll'>;

/**
 * Reads `NAME[:STRENGTH]` of each use of the option of a kind: the tags that say the same, and the files among the names. Behind a name may
 * stand all that a tag takes. The longest beginning that the library knows is the name, though tags cannot have the signs in it. Throws
 * RequestError for what would be a tag that cannot be read, which nobody has written, and for two files of one name.
 */
export function readOption(
  given: Pick<Arguments, 'values'>,
  kind: TagKind,
  library: Names,
): { readonly tags: readonly string[]; readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  const tags = given.values(kind).map((text) => {
    const before = fileBefore(text);
    const path = kind === 'lora' ? adapterNamed(before) : fileNamed(before);
    if (path !== undefined) {
      const name = tagName(path, kind, library);
      addFile(files, { name, path, option: kind });
      return nameTag(name + text.slice(before.length), kind);
    }
    const known = nameBefore(text, kind, library);
    if (known === undefined || !SIGNS.test(known)) return nameTag(text, kind);
    const own = library.find(LIBRARY_KINDS[kind], known).path;
    const name = tagName(own, kind, library);
    addFile(files, { name, path: own, option: kind });
    return nameTag(name + text.slice(known.length), kind);
  });
  return { tags, files };
}

/** What tags are made of, and so cannot have in a name; behind `#` a prompt holds a comment. */
const SIGNS = /[<>:=#]/;

/** What tags call a file: its name, or one without their signs that the library has for no other. */
function tagName(path: string, kind: TagKind, library: Names): string {
  const stem = adapterName(path);
  let name = stem.replaceAll(/[<>:=,#]/g, '_');
  const isTaken = (): boolean => library.findAll(LIBRARY_KINDS[kind], name).some((entry) => entry.path !== path);
  while (name !== stem && isTaken()) name += '_';
  return name;
}

/** The longest beginning of `NAME[:STRENGTH]` that is a name in the library. */
function nameBefore(text: string, kind: TagKind, library: Names): string | undefined {
  for (let end = text.length; end > 0; end = text.lastIndexOf(':', end - 1)) {
    const before = text.slice(0, end);
    if (library.findAll(LIBRARY_KINDS[kind], before).length > 0) return before;
  }
  return undefined;
}

/** The file at the beginning of `NAME[:STRENGTH]`, whose name may have colons itself; what is before the strengths where there is none. */
function fileBefore(text: string): string {
  for (let end = text.length; end > 0; end = text.lastIndexOf(':', end - 1)) {
    const before = text.slice(0, end);
    if (existsSync(before)) return before;
  }
  return /^(.+?)(?::[-+]?[\d.]+){0,2}$/s.exec(text)?.[1] ?? text;
}

/** What `NAME[:STRENGTH]` is, and how names are given that would be read as more than a name. */
function hintOn(kind: TagKind): string {
  return `Write --${kind} NAME:0.8, with a name that graft models shows or the path of a file.`;
}

/** The tag of a name, with what stands behind it. */
function nameTag(text: string, kind: TagKind): string {
  if (/[<>#]|^\s*(:|$)/.test(text)) throw new RequestError(`--${kind}`, `"${text}" is no name`, { hint: hintOn(kind) });
  const at = text.indexOf(':');
  if (at < 0) return `<${kind}:${text}:1>`;
  const tag = `<${kind}:${text}>`;
  const rest = text.slice(at + 1);
  const refuse = (cause?: unknown): RequestError =>
    new RequestError(`--${kind}`, `"${rest}" is no strength`, { hint: hintOn(kind), cause });
  if (kind === 'hypernet') {
    if (rest.trim() === '' || !Number.isFinite(Number(rest))) throw refuse();
    return tag;
  }
  try {
    parseAdapterTag(parseNetworks([tag]).found.get(kind)![0]!);
  } catch (error) {
    throw error instanceof RequestError ? refuse(error) : error;
  }
  return tag;
}
