import { SHORT_DIGITS, type ModelFile } from '../../formats/index.ts';

// What A1111 makes of an adapter file before anybody uses it: extensions-builtin/Lora/network.py NetworkOnDisk,
// modules/sd_models.py read_metadata_from_safetensors. Pictures and clients know networks by this.

/** Keys that come first, in this order; the others keep theirs. */
const FIRST: readonly string[] = [
  'ss_sd_model_name',
  'ss_resolution',
  'ss_clip_skip',
  'ss_num_train_images',
  'ss_tag_frequency',
];

export type NetworkVersion = 'Unknown' | 'SD1' | 'SD2' | 'SDXL';

export interface NetworkOnDisk {
  /** The file's stem. */
  readonly name: string;
  /** The name that prompts may use as well: `ss_output_name`, else the stem. */
  readonly alias: string;
  /** The base as the metadata claim it: A1111 looks at nothing else. */
  readonly version: NetworkVersion;
  /** In A1111's order, with objects parsed. */
  readonly metadata: ReadonlyMap<string, unknown>;
  /** The hash that the metadata claim; '' without one: then A1111 reads the file. */
  readonly hash: string;
  readonly shorthash: string;
}

/** A1111's view of an adapter file. Only safetensors files have metadata there. */
export function networkOnDisk(name: string, { metadata }: Pick<ModelFile, 'metadata'>): NetworkOnDisk {
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  const ordered = new Map<string, unknown>(
    [...metadata].toSorted(([a], [b]) => rank(a) - rank(b)).map(([key, text]) => [key, parseObject(text)]),
  );
  // What is claimed is trusted, true or not.
  const hash = metadata.get('sshs_model_hash') ?? '';
  return {
    name,
    alias: metadata.get('ss_output_name') ?? name,
    version: versionOf(metadata),
    metadata: ordered,
    hash,
    shorthash: hash.slice(0, SHORT_DIGITS),
  };
}

function versionOf(metadata: ReadonlyMap<string, string>): NetworkVersion {
  if (metadata.get('ss_base_model_version')?.startsWith('sdxl_') === true) return 'SDXL';
  if (metadata.get('ss_v2') === 'True') return 'SD2';
  return metadata.size > 0 ? 'SD1' : 'Unknown';
}

/** A text that begins like an object, parsed where it is one. */
function parseObject(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
