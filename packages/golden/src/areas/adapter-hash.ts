import { shortHash } from '../drawing.ts';

/** By which infotexts name a safetensors adapter: of its tensors alone, since what stands before them may be edited. */
export function adapterHash(bytes: Uint8Array): string {
  const header = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return shortHash(bytes.subarray(8 + header));
}
