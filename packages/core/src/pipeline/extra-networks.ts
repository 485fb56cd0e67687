import type { Adapter, AdapterTag } from '../adapters/index.ts';
import { lastMentions, parseAdapterTag } from '../adapters/index.ts';
import type { Hypernetwork } from '../adapters/hypernetwork/index.ts';
import type { Embedding } from '../adapters/textual-inversion/index.ts';
import { RequestError } from '../errors/index.ts';
import type { Base } from '../models/index.ts';
import { spellTag, type NetworkArguments } from '../text/index.ts';
import type { Options } from './options.ts';
import { promptNetworks } from './prompts.ts';

/** A network that a name meant. */
export interface FoundNetwork<T> {
  /** File stem: the same for every name of the file. */
  readonly name: string;
  readonly network: T;
  /** Base models that its content fits; none where that is not known. */
  readonly bases: readonly Base[];
  /** The twelve digits that infotexts have for it; undefined where they are not known. */
  hash(): Promise<string | undefined>;
  /** Things the user should know of how it was found. */
  readonly notes?: readonly string[];
}

/** An embedding that is there to be used, not opened yet. */
export interface ListedEmbedding {
  /** The word that calls it. */
  readonly name: string;
  /** Somebody asked for this very file: it is opened in any case, and refused where a text names it and it does not fit the model. Others are words there. */
  readonly wanted?: boolean;
  /** Throws FormatError, SdError `file`: what cannot be read may be listed. */
  open(): Promise<Embedding>;
  /** As of a `FoundNetwork`. */
  hash(): Promise<string | undefined>;
}

/** Where the networks that prompts name come from. One name always gives the same objects, as long as the file is the same. */
export interface NetworkSource {
  /**
   * The adapter of a tag; undefined to go on without it, which is told. Throws RequestError with the nearest names for an unknown one,
   * and the errors of `openAdapter`.
   */
  adapter(name: string): Promise<FoundNetwork<Adapter> | undefined>;
  /** As `adapter`. Throws RequestError, FormatError and AdapterError. */
  hypernetwork(name: string): Promise<FoundNetwork<Hypernetwork> | undefined>;
  /** All embeddings; of those with one name the last counts. */
  embeddings(): Promise<readonly ListedEmbedding[]>;
}

/** An adapter and what a prompt says of it. */
export interface TaggedAdapter {
  readonly found: FoundNetwork<Adapter>;
  readonly tag: AdapterTag;
  /** As the prompt spells it. */
  readonly mentioned: string;
}

/** A hypernetwork and how strong it is. */
export interface TaggedHypernetwork {
  readonly found: FoundNetwork<Hypernetwork>;
  readonly strength: number;
}

/** The networks of one prompt, in its order. */
export interface PromptNetworks {
  readonly adapters: readonly TaggedAdapter[];
  readonly hypernetworks: readonly TaggedHypernetwork[];
  /** Things the user should know. */
  readonly notes: readonly string[];
}

/** No networks. */
export const NO_NETWORKS: PromptNetworks = { adapters: [], hypernetworks: [], notes: [] };

/**
 * Finds and opens the networks that a prompt's tags name. A name twice: an adapter has the strengths of its last mention at each, a
 * hypernetwork those of each mention (A1111, in a process where it was not loaded before).
 * Throws RequestError for tags that cannot be read and names that mean nothing.
 */
export async function findNetworks(
  prompt: string,
  source: NetworkSource | undefined,
  options: Pick<Options, 'extra_networks_default_multiplier'>,
): Promise<PromptNetworks> {
  const { networks, unknown } = promptNetworks(prompt);
  const notes = unknown.map((kind) => `Tags <${kind}:…> mean nothing here and were left out.`);
  const missing = (kind: string, name: string): void => {
    notes.push(`There is no network for <${kind}:${name}>: the picture is drawn without it.`);
  };
  const adapters: TaggedAdapter[] = [];
  const hypernetworks: TaggedHypernetwork[] = [];
  for (const [kind, tags] of networks) {
    if (unknown.includes(kind)) continue;
    if (!source) throw nothing(kind, tags[0]!);
    for (const one of tags) {
      if (kind === 'hypernet') {
        const { name, strength } = readHypernet(one, options.extra_networks_default_multiplier);
        const found = await source.hypernetwork(name);
        notes.push(...(found?.notes ?? []));
        if (found) hypernetworks.push({ found, strength });
        else missing(kind, name);
        continue;
      }
      const tag = readAdapter(kind, one);
      const found = await source.adapter(tag.name);
      notes.push(...(found?.notes ?? []));
      if (tag.unread) notes.push(`Nothing is known of "${tag.unread.join(':')}" in ${spellTag(kind, one)}.`);
      // Names of one file are one name from here on.
      if (found) adapters.push({ found, tag: { ...tag, name: found.name }, mentioned: tag.name });
      else missing(kind, tag.name);
    }
  }
  const last = lastMentions(adapters.map(({ tag }) => tag));
  return { adapters: adapters.map((one, i) => ({ ...one, tag: last[i]! })), hypernetworks, notes: [...new Set(notes)] };
}

/** Parts of tags have names that users may never have seen: what is wrong is told of the tag. */
function readAdapter(kind: string, tag: NetworkArguments): AdapterTag {
  try {
    return parseAdapterTag(tag);
  } catch (error) {
    if (!(error instanceof RequestError) || error.field === 'prompt') throw error;
    throw new RequestError('prompt', `in ${spellTag(kind, tag)}, ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

function nothing(kind: string, tag: NetworkArguments): RequestError {
  return new RequestError('prompt', `there is no network ${spellTag(kind, tag)}`, {
    hint: 'Remove the tag from the prompt.',
  });
}

/** `<hypernet:NAME:STRENGTH>`. */
function readHypernet(tag: NetworkArguments, absent: number): { readonly name: string; readonly strength: number } {
  const [name = '', given] = tag.items;
  const strength = given === undefined ? absent : Number(given);
  if (name === '' || given?.trim() === '' || !Number.isFinite(strength)) {
    throw new RequestError('prompt', `${spellTag('hypernet', tag)} cannot be read`, {
      hint: 'Write <hypernet:name:strength>.',
    });
  }
  return { name, strength };
}

/** "Lora hashes" of an infotext: each name once, without the signs that separate entries. Undefined where none is known. */
export async function adapterHashes(adapters: readonly TaggedAdapter[]): Promise<string | undefined> {
  const hashes = new Map<string, string>();
  for (const { found, mentioned } of adapters) {
    const hash = await found.hash();
    if (hash !== undefined && mentioned !== '') hashes.set(plainName(mentioned), hash);
  }
  return hashes.size === 0 ? undefined : [...hashes].map(([name, hash]) => `${name}: ${hash}`).join(', ');
}

/** A name as lists of hashes have it. */
export function plainName(name: string): string {
  return name.replaceAll(/[:,]/g, '');
}
