import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { picture, type ImageCodec, type Picture } from '@graft/core/image';
import type { Progress } from '@graft/core/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPreview } from './preview.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-preview-'));
});
afterAll(async () => rm(folder, { recursive: true }));

const small = picture({ width: 2, height: 3, channels: 3 });
const progress: Progress = {
  iteration: 0,
  iterations: 1,
  pass: 'first',
  calls: 1,
  totalCalls: 2,
  preview: () => small,
};

function codec(encoded: Picture[]): ImageCodec {
  return {
    decode: async () => small,
    async encode(source) {
      encoded.push(source);
      return Uint8Array.of(encoded.length);
    },
  };
}

test('writes a picture of full size, at most one a second', async () => {
  const path = join(folder, 'a.png');
  const encoded: Picture[] = [];
  let written = 0;
  const preview = createPreview({ path, codec: codec(encoded), onWritten: () => written++, onFailed: () => undefined });
  for (const now of [0, 10, 990]) preview.step(progress, now);
  await preview.end();
  expect([written, encoded.length]).toEqual([1, 1]);
  expect(encoded[0]).toMatchObject({ width: 16, height: 24 });
  preview.step(progress, 1000);
  await preview.end();
  expect(new Uint8Array(await readFile(path))).toEqual(Uint8Array.of(2));
  expect(await readdir(folder)).toEqual(['a.png']);
});

test('gives up where nothing can be written, and says so once', async () => {
  const failures: unknown[] = [];
  const preview = createPreview({
    path: join(folder, 'none', 'a.png'),
    codec: codec([]),
    onWritten: () => undefined,
    onFailed: (error) => failures.push(error),
  });
  for (const now of [0, 2000, 4000]) {
    preview.step(progress, now);
    await preview.end();
  }
  expect(failures).toMatchObject([{ code: 'file' }]);
});
