/** Picture formats that are read. */
export type ImageType = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'bmp';

const SIGNATURES: readonly (readonly [ImageType, at: number, text: string])[] = [
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['jpeg', 0, '\xff\xd8\xff'],
  ['webp', 8, 'WEBP'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['avif', 4, 'ftypavif'],
  ['avif', 4, 'ftypavis'],
  ['bmp', 0, 'BM'],
];

/** The format of a picture by its first bytes, never by its name. */
export function imageType(bytes: Uint8Array): ImageType | undefined {
  const found = SIGNATURES.find(([, at, text]) => hasText(bytes, at, text))?.[0];
  return found === 'webp' && !hasText(bytes, 0, 'RIFF') ? undefined : found;
}

/** Whether the Latin-1 `text` stands at byte `at`. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
