// Writes packages/core/src/text/clip-merges.ts from OpenAI's merges list, bpe_simple_vocab_16e6.txt.gz.
// usage: node scripts/clip-merges.mjs FILE    (docs/decisions/clip-vocabulary.md says where to find the file)
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const SHA256 = '924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a';
const MERGES = 48_894;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const packed = readFileSync(process.argv[2]);
const found = createHash('sha256').update(packed).digest('hex');
if (found !== SHA256) throw new Error(`not the merges list: SHA-256 ${found}`);

const ids = new Map();
for (const end of ['', '</w>']) for (const symbol of byteAlphabet()) ids.set(symbol + end, ids.size);
const lines = gunzipSync(packed)
  .toString('utf8')
  .split('\n')
  .slice(1, 1 + MERGES);
let text = '';
for (const line of lines) {
  const [left, right] = line.split(' ');
  text += digits(ids.get(left)) + digits(ids.get(right));
  ids.set(left + right, ids.size);
}
const path = fileURLToPath(new URL('../packages/core/src/text/clip-merges.ts', import.meta.url));
writeFileSync(
  path,
  `/**
 * OpenAI's CLIP merges (MIT licence), the most frequent first: of each the two token ids that it joins, three base-64 digits an id,
 * the highest first. The k-th merge makes token 512 + k. Written by scripts/clip-merges.mjs.
 */
export const CLIP_MERGES: string =
  '${text}';
`,
);

function digits(id) {
  return DIGITS[id >> 12] + DIGITS[(id >> 6) & 63] + DIGITS[id & 63];
}

function byteAlphabet() {
  const shown = Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174,
  );
  return [...shown, ...Array.from({ length: 256 - shown.length }, (_, i) => 256 + i)].map((code) =>
    String.fromCharCode(code),
  );
}
