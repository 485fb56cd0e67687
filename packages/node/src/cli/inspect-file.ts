import { basename } from 'node:path';
import { openEmbedding } from '@graft/core/adapters/textual-inversion';
import { bytesSource, type ByteSource } from '@graft/core/bytes';
import { FormatError, SdError } from '@graft/core/errors';
import { imageType, openModelFile, parseInfotext, printable, readImageText } from '@graft/core/formats';
import { describeModel, renderDescription, type ModelKind } from '@graft/core/models';
import { adapterIn, peftConfigOf } from '../adapter-folder.ts';
import { diffusersPath } from '../diffusers-folder.ts';
import type { GraftExtension } from '../extension/extension.ts';
import { foreignKind } from '../extension/foreign-family.ts';
import { foreignFamilies } from '../extension/registry.ts';
import { fileSource, isFileSource } from '../files.ts';
import { httpSource, isUrl, refuseOtherAddress } from '../http-source.ts';
import { imageCodec } from '../images.ts';
import { embeddingFacts, modelDetails, type EmbeddingFacts } from '../inspect/details.ts';
import { configOf } from '../model-config.ts';
import { openModel } from '../models.ts';
import { embeddingLines, factsOf } from '../inspect/facts.ts';
import { columnsOf } from './columns.ts';

/** What is told of a file: to people, and to programs. */
export interface Inspection {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface InspectOptions {
  /** Checksums of a large file too, and of one on a server. */
  readonly hashes?: boolean;
  /** How much an adapter changes, block by block. */
  readonly norms?: boolean;
  readonly extensions?: readonly GraftExtension[];
}

/** Kinds beside which a configuration may lie. */
const MAY_HAVE_CONFIG: ReadonlySet<ModelKind> = new Set(['checkpoint', 'unet']);
/** As many bytes as tell a picture. */
const HEAD = 64;
/** Bytes of files whose checksums are told unasked. */
const SMALL = 64 << 20;
/** Bytes of the largest picture that is read. */
const PICTURE_LIMIT = 256 << 20;

/** Tells what a model file or a picture is, on a disk or a server; of an adapter's folder the file in it. Throws SdError `file` and FormatError. */
export async function inspectFile(path: string, options: InspectOptions = {}): Promise<Inspection> {
  refuseOtherAddress(path);
  const remote = isUrl(path);
  const folder = remote ? undefined : await diffusersPath(path);
  if (folder !== undefined) return inspectFolder(folder, path);
  const adapter = remote ? undefined : adapterIn(path);
  if (adapter !== undefined) return inspectFile(adapter, options);
  const source = remote ? await httpSource(path) : await fileSource(path);
  try {
    const head = await source.read(0, Math.min(HEAD, source.size));
    if (imageType(head) !== undefined) return await inspectPicture(path, source);
    const file = await openModelFile(source);
    const description = describeModel(file);
    const details = await modelDetails({ file, source }, description, {
      hashes: options.hashes === true || (!remote && source.size <= SMALL),
      norms: options.norms === true,
      local: !remote,
      peft: remote || description.adapter === undefined ? undefined : () => peftConfigOf(path),
      config: remote || !MAY_HAVE_CONFIG.has(description.kind) ? undefined : await configOf(path),
    });
    const own = foreignKind(file, foreignFamilies(options.extensions ?? []));
    const told = own ? { ...description, ...own, why: `it has parts of the family ${own.family}` } : description;
    return {
      text: renderDescription(told, factsOf(details), columnsOf),
      data: { event: 'model', path, ...(plain(told) as object), ...(plain(details) as object) },
    };
  } finally {
    if (isFileSource(source)) await source.close();
  }
}

/** A diffusers folder, as the checkpoint that its files make. */
async function inspectFolder(folder: string, path: string): Promise<Inspection> {
  const { file, close } = await openModel(folder);
  try {
    const description = describeModel(file);
    // What is told of checkpoints needs no byte of the weights.
    const nothing = { file, source: bytesSource(file.name, new Uint8Array()) };
    const wish = { hashes: false, norms: false, local: true, peft: undefined, config: await configOf(folder) };
    const details = await modelDetails(nothing, description, wish);
    return {
      text: renderDescription(description, factsOf(details), columnsOf),
      data: { event: 'model', path, ...(plain(description) as object), ...(plain(details) as object) },
    };
  } finally {
    await close();
  }
}

async function inspectPicture(path: string, source: ByteSource): Promise<Inspection> {
  if (source.size > PICTURE_LIMIT)
    throw new FormatError('too-large', source.name, `is a picture of ${source.size} bytes`);
  const bytes = await source.read(0, source.size);
  const { infotext, fields } = readImageText(bytes, { name: basename(source.name) });
  const embedding = await embeddingIn(source);
  const shown = infotext === undefined ? ', holds no generation parameters' : `\n${lines(infotext)}`;
  return {
    text: `${printable(source.name)}: ${String(imageType(bytes)).toUpperCase()} picture${shown}\n${word(embedding)}`,
    data: {
      event: 'picture',
      path,
      type: imageType(bytes),
      infotext: infotext ?? null,
      parameters: infotext === undefined ? null : Object.fromEntries(parseInfotext(infotext)),
      fields: Object.fromEntries(fields),
      embedding: embedding ?? null,
    },
  };
}

/** The embedding that a picture carries. A picture that cannot be decoded carries none. */
async function embeddingIn(source: ByteSource): Promise<EmbeddingFacts | undefined> {
  try {
    const embedding = await openEmbedding(source, imageCodec());
    return embedding && embeddingFacts(embedding);
  } catch (error) {
    if (error instanceof SdError && error.code !== 'file') return undefined;
    throw error;
  }
}

function word(embedding: EmbeddingFacts | undefined): string {
  if (embedding === undefined) return '';
  const facts = embeddingLines(embedding).map((fact) => ('text' in fact ? `  ${fact.label}: ${fact.text}` : ''));
  return `holds an embedding\n${facts.map((fact) => `${printable(fact)}\n`).join('')}`;
}

/** A text of several lines, fit to be shown. */
function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${printable(line)}`)
    .join('\n');
}

/** Maps as objects, and null for what is not there. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
