import type { ByteSource } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import type { ModelFile } from './model-file.ts';
import { openSafetensors, SAFETENSORS_HEADER_LIMIT } from './safetensors.ts';
import { lookalike } from './sniff.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import { openTorchZip } from './torch-zip.ts';

/** Enough for every beginning that is told apart. */
const HEAD = 512;
const BRACE = 0x7b;
const PICKLE_PROTO = 0x80;

/**
 * Opens a model file of any container, told by its content; its name does not matter. Reads headers only: tensors are
 * read one by one through `ModelFile.tensors`.
 * Throws FormatError only (see its faults), and the source's own errors.
 */
export async function openModelFile(source: ByteSource): Promise<ModelFile> {
  const head = await source.read(0, Math.min(source.size, HEAD));
  if (head.length === 0)
    throw new FormatError('not-a-model', source.name, 'is empty', { hint: 'Download the file again.' });
  // The length before a safetensors header never makes a zip or pickle begin: its ninth byte decides.
  if (head[8] === BRACE && !isText(head)) return openSafetensors(source);
  if (startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06')) return openTorchZip(source);
  if (head[0] === PICKLE_PROTO && (head[1] ?? 0) <= 5) return openTorchLegacy(source);
  if (source.size < 9)
    throw new FormatError('truncated', source.name, `has ${source.size} bytes, too few for any model`);
  const other = lookalike(head);
  if (other !== undefined)
    throw new FormatError(
      other.fault,
      source.name,
      `is no model but ${other.what}`,
      other.hint === undefined ? {} : { hint: other.hint },
    );
  if (hasHeaderLength(head, source.size)) return openSafetensors(source);
  throw new FormatError('not-a-model', source.name, 'is no model file that Graft knows', {
    hint: 'Graft reads .safetensors, and .ckpt, .pt, .pth, .bin of torch.',
  });
}

function startsWith(head: Uint8Array, magic: string): boolean {
  return Array.from(magic).every((char, i) => head[i] === char.charCodeAt(0));
}

/** Eight printable letters are a text, not a length: it would be a header of 2^61 bytes. */
function isText(head: Uint8Array): boolean {
  return head
    .subarray(0, 8)
    .every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

/** Whether the file begins with a length that a safetensors header could have: the header itself is then judged. */
function hasHeaderLength(head: Uint8Array, size: number): boolean {
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  return length > 0n && length <= BigInt(Math.min(SAFETENSORS_HEADER_LIMIT, size - 8));
}
