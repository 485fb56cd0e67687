import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImageText } from '@graft/core/formats';
import { afterAll, describe, expect, test } from 'vitest';
import { imageCodec } from '../../images.ts';
import { readParameters, readRequestFile } from './again.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-again-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const TEXT = 'a cat\nSteps: 20, Sampler: Euler a, Seed: 1';
const PNG = await imageCodec().encode({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) }, 'png');

describe('readParameters', () => {
  test.each([
    ['a picture', () => file('in.png', writeImageText(PNG, { infotext: TEXT }))],
    ['a text file', () => file('in.txt', TEXT)],
    ['the text itself', () => TEXT],
  ])('reads %s', async (_, given) => {
    const parameters = await readParameters(given());
    expect([parameters.get('Prompt'), parameters.get('Steps'), parameters.get('Seed')]).toEqual(['a cat', '20', '1']);
  });

  test.each([
    ['a picture without any', () => file('bare.png', PNG), { name: 'RequestError', field: '--from' }],
    ['a text without any', () => file('bare.txt', 'a cat'), { name: 'RequestError', field: '--from' }],
    ['bytes', () => file('bytes', Uint8Array.of(255, 254, 0)), { name: 'RequestError', field: '--from' }],
    ['nothing', () => join(folder, 'none'), { name: 'SdError', code: 'file' }],
  ])('refuses %s', async (_, given, error) => {
    await expect(readParameters(given())).rejects.toMatchObject(error);
  });
});

describe('readRequestFile', () => {
  test('reads seeds with all their digits', async () => {
    expect(await readRequestFile(file('in.json', '{"seed": 18446744073709551615}'))).toEqual({
      seed: 18446744073709551615n,
    });
  });

  test.each([
    ['[1]', { name: 'RequestError', field: '--request' }],
    ['null', { name: 'RequestError', field: '--request' }],
    ['{', { name: 'FormatError' }],
    [Uint8Array.of(255), { code: 'format' }],
  ])('refuses %o', async (content, error) => {
    await expect(readRequestFile(file('bad.json', content))).rejects.toMatchObject(error);
  });

  test('refuses what is not there', async () => {
    await expect(readRequestFile(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'file' });
  });
});
