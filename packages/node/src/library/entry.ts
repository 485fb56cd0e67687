import type { FormatFault, SdErrorCode } from '@graft/core/errors';
import type { ModelHashes } from '@graft/core/formats';
import type { Base, ModelKind } from '@graft/core/models';

/** What a file of the library is used as. */
export type LibraryKind = Exclude<ModelKind, 'unsupported' | 'unknown'> | 'vae-approx';

/** A model file of the library. */
export interface LibraryEntry {
  /** Absolute path. */
  readonly path: string;
  /** It is a diffusers folder, whose files make one checkpoint together. */
  readonly isFolder?: boolean | undefined;
  /** Path below the folder of its kind, with `/`: `sub/name.safetensors`. What A1111 calls a checkpoint's name. */
  readonly file: string;
  /** Name of the file without its last extension; of an adapter that is called by its folder, the folder's. */
  readonly stem: string;
  /** An adapter in a folder of its own, whose file is called as all of its program are. */
  readonly isByFolder?: boolean | undefined;
  /** What prompts and requests call it: the stem, or the name that an embedding in a picture brings. */
  readonly name: string;
  /** The name of its training, which prompts may use as well. */
  readonly alias: string | undefined;
  /** What people keep in the folder of its kind. */
  readonly usual: LibraryKind;
  /** What its content is; undefined for what Graft cannot use. */
  readonly kind: LibraryKind | undefined;
  /** In words: "SD1 inpainting checkpoint". */
  readonly what: string;
  /** Base models that it fits. */
  readonly bases: readonly Base[];
  /** Others that have all its layers, where no more than a habit of trainers tells the base. */
  readonly also?: readonly Base[] | undefined;
  /** A checkpoint that draws from text with what is in it. */
  readonly drawsText?: boolean | undefined;
  /** Bytes. */
  readonly size: number;
  /** When it was changed, in ms since 1970. */
  readonly changed: number;
  /** A1111's old model hash (8 digits); of checkpoints only. */
  readonly oldHash: string | undefined;
  /** The hash that its metadata claim. */
  readonly claimedHash: string | undefined;
  /** Its checksums, once somebody has asked for them. */
  readonly hashes: ModelHashes | undefined;
  /** Why it cannot be used, as errors say it behind the name of a file: "is no model but a web page". */
  readonly problem: string | undefined;
  /** The error that it gave, where there was one. */
  readonly cause?: ProblemCause | undefined;
}

/** What an error says of a file besides its message. */
export interface ProblemCause {
  readonly code: SdErrorCode;
  readonly fault?: FormatFault | undefined;
  readonly hint?: string | undefined;
}

/** What is known of a file whatever it is called and wherever it lies: kept between runs. */
export type FileFacts = Pick<
  LibraryEntry,
  | 'alias'
  | 'kind'
  | 'what'
  | 'bases'
  | 'also'
  | 'drawsText'
  | 'size'
  | 'changed'
  | 'oldHash'
  | 'claimedHash'
  | 'problem'
  | 'cause'
> & {
  /** The family of an extension that it was known by. */
  readonly family?: string | undefined;
  /** The name of an embedding in a picture. */
  readonly inner: string | undefined;
  readonly hashes: ModelHashes | undefined;
};
