import { describe, expect, test } from 'vitest';
import { checkPixels, readRequest, requestFields, type GenerateRequest } from './request.ts';

const PICTURE = Uint8Array.of(1, 2, 3);
const read = (body: unknown, kind: GenerateRequest['kind'] = 'txt2img'): GenerateRequest =>
  readRequest(kind, body, () => PICTURE);
const refusal = (field: string): Error => expect.objectContaining({ name: 'RequestError', field }) as Error;

describe('readRequest', () => {
  test('has the defaults of the API', () => {
    expect(read({})).toMatchObject({
      kind: 'txt2img',
      prompt: '',
      seed: -1n,
      subseed: -1n,
      steps: 50,
      cfg_scale: 7,
      width: 512,
      height: 512,
      sampler_index: 'Euler',
      enable_hr: false,
    });
    expect(read({ init_images: ['x'] }, 'img2img')).toMatchObject({ denoising_strength: 0.75, mask: undefined });
  });

  test('gives every field that it says it reads', () => {
    for (const kind of ['txt2img', 'img2img'] as const) {
      const names = Object.keys(read({ init_images: ['x'] }, kind));
      const expected = requestFields(kind).map((name) => (name === 'override_settings' ? 'options' : name));
      expect(names.toSorted()).toEqual([...expected, 'kind'].toSorted());
    }
  });

  test.each([
    [5, 5n],
    [5.9, 5n],
    ['5', 5n],
    [' +5 ', 5n],
    ['-1', -1n],
    ['0005', 5n],
    [18446744073709551615n, 18446744073709551615n],
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['000000000000000000000000000000000000000000000000000000000000007', 7n],
    [null, -1n],
    ['', -1n],
    ['a cat', -1n],
    ['+-5', -1n],
  ])('reads the seed %o', (given, seed) => {
    expect(read({ seed: given, subseed: given })).toMatchObject({ seed, subseed: seed });
  });

  test.each([
    18446744073709551616n,
    '18446744073709551616',
    '-9223372036854775809',
    '123456789012345678901',
    `1${'0'.repeat(5000)}`,
    1e300,
    Infinity,
    Number.NaN,
    true,
    [1],
    {},
  ])('refuses the seed %o', (seed) => {
    expect(() => read({ seed })).toThrowError(refusal('seed'));
    expect(() => read({ subseed: seed })).toThrowError(refusal('subseed'));
  });

  test('reads a seed of a million characters at once', () => {
    expect(read({ seed: `${'0'.repeat(1_000_000)}x` }).seed).toBe(-1n);
    expect(read({ seed: `${' '.repeat(1_000_000)}5` }).seed).toBe(5n);
  });

  test.each([
    [undefined, 'request'],
    [[], 'request'],
    ['{}', 'request'],
    [{ prompt: 3 }, 'prompt'],
    [{ steps: 0 }, 'steps'],
    [{ steps: 1001 }, 'steps'],
    [{ steps: 1n << 70n }, 'steps'],
    [{ width: 4 }, 'width'],
    [{ batch_size: 65 }, 'batch_size'],
    [{ enable_hr: true }, 'denoising_strength'],
    [{ denoising_strength: 1.1 }, 'denoising_strength'],
    [{ override_settings: [] }, 'override_settings'],
  ])('refuses %o for its %s', (body, field) => {
    expect(() => read(body)).toThrowError(refusal(field));
  });

  test.each([
    [{}, 'init_images'],
    [{ init_images: [] }, 'init_images'],
    [{ init_images: ['x', 3] }, 'init_images[1]'],
    [{ init_images: ['x'], mask: 3 }, 'mask'],
    [{ init_images: ['x'], inpainting_fill: 4 }, 'inpainting_fill'],
  ])('refuses the image request %o for its %s', (body, field) => {
    expect(() => read(body, 'img2img')).toThrowError(refusal(field));
  });

  test('has texts of pictures read at the edge, and takes bytes as they are', () => {
    const asked: string[] = [];
    const bytes = Uint8Array.of(9);
    const request = readRequest('img2img', { init_images: ['one', bytes], mask: 'two' }, (text, field) => {
      asked.push(`${field}=${text}`);
      return PICTURE;
    });
    expect(request).toMatchObject({ init_images: [PICTURE, bytes], mask: PICTURE });
    expect(asked).toEqual(['init_images[0]=one', 'mask=two']);
  });
});

test('checkPixels allows the largest square and no pixel more', () => {
  expect(() => checkPixels('width', 8192, 8192)).not.toThrow();
  expect(() => checkPixels('width', 8192, 8193)).toThrowError(refusal('width'));
});
