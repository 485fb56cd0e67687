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
const progress = (made: Picture = small, wait: () => void = () => undefined): Progress => ({
  iteration: 0,
  iterations: 1,
  pass: 'first',
  calls: 1,
  totalCalls: 2,
  width: 16,
  height: 24,
  async preview() {
    wait();
    return made;
  },
});

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
  let [written, time] = [0, 0];
  const preview = createPreview({
    path,
    codec: codec(encoded),
    now: () => time,
    onWritten: () => written++,
    onFailed: () => undefined,
  });
  for (time of [0, 10, 990]) {
    preview.step(progress());
    await preview.end();
  }
  expect([written, encoded.length]).toEqual([1, 1]);
  expect(encoded[0]).toMatchObject({ width: 16, height: 24 });
  time = 1000;
  const whole = picture({ width: 16, height: 24, channels: 3 });
  preview.step(progress(whole));
  await preview.end();
  expect(encoded[1]).toBe(whole);
  expect(new Uint8Array(await readFile(path))).toEqual(Uint8Array.of(2));
  expect(await readdir(folder)).toEqual(['a.png']);
});

test('asks the less often the longer one takes, and for one at a time', async () => {
  let [time, asked] = [0, 0];
  const slow = progress(small, () => {
    asked++;
    time += 100;
  });
  const preview = createPreview({
    path: join(folder, 'slow.png'),
    codec: codec([]),
    now: () => time,
    onWritten: () => undefined,
    onFailed: () => undefined,
  });
  preview.step(slow);
  preview.step(slow);
  await preview.end();
  for (time of [1100, 3900]) preview.step(slow);
  expect(asked).toBe(1);
  time = 4100;
  preview.step(slow);
  await preview.end();
  expect(asked).toBe(2);
});

test('gives up where nothing can be written, and says so once', async () => {
  const failures: unknown[] = [];
  let time = 0;
  const preview = createPreview({
    path: join(folder, 'none', 'a.png'),
    codec: codec([]),
    now: () => time,
    onWritten: () => undefined,
    onFailed: (error) => failures.push(error),
  });
  for (time of [0, 2000, 4000]) {
    preview.step(progress());
    await preview.end();
  }
  expect(failures).toMatchObject([{ code: 'file' }]);
});
