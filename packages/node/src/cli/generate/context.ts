import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { decodeUtf8 } from '@graft/core/bytes';
import { FormatError } from '@graft/core/errors';
import type { ImageCodec } from '@graft/core/image';
import type { ModelSource, NetworkSource, PipelineContext } from '@graft/core/pipeline';
import { readStyles, type Style } from '@graft/core/text';
import type { Registry } from '../../extension/extension.ts';
import { fileError } from '../../files.ts';

/** What a command gives to the pipeline. */
export function createContext({
  models,
  networks,
  registry,
  codec,
  styles,
}: {
  readonly models: ModelSource;
  readonly networks?: NetworkSource | undefined;
  readonly registry: Registry;
  readonly codec: ImageCodec;
  readonly styles: readonly Style[];
}): PipelineContext {
  const { samplers, schedulers } = registry;
  return { models, networks, samplers, schedulers, codec, styles, randomSeed };
}

/** A seed for who wants any: 0 … 2³² − 1. */
export function randomSeed(): bigint {
  return BigInt(randomInt(2 ** 32));
}

/** The styles of a styles.csv; none without a path. Throws SdError `file` and FormatError. */
export function readStyleFile(path: string | undefined): Style[] {
  if (path === undefined) return [];
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
  const text = decodeUtf8(bytes, { fatal: true });
  if (text === undefined) throw new FormatError('bad-header', basename(path), 'is not UTF-8');
  return readStyles(text, basename(path));
}

/** The codec, whose native library is loaded when a picture is first read or written. */
export function lazyCodec(): ImageCodec {
  const load = async (): Promise<ImageCodec> => (await import('../../images.ts')).imageCodec();
  let codec: Promise<ImageCodec> | undefined;
  return {
    decode: async (bytes, name) => (await (codec ??= load())).decode(bytes, name),
    encode: async (source, format, options) => (await (codec ??= load())).encode(source, format, options),
  };
}
