import { describe, expect, test } from 'vitest';
import { unknownFields } from './unknown-fields.ts';

describe('unknownFields', () => {
  test.each([
    [{ prompt: 'a', send_images: true, script_name: '' }, 0],
    [{ prompt: 'a', qqqqqqqq: null }, 0],
    [{ prompt: 'a', send_images: true, qqqqqqqq: 1 }, 1],
    [{ prompt: 'a', alwayson_scripts: { controlnet: {} } }, 1],
  ])('%j is told in %i notes', (body, count) => {
    expect(unknownFields(body, 'txt2img')).toHaveLength(count);
  });

  test('refuses what is misspelt', () => {
    expect(() => unknownFields({ prompt: 'a', stpes: 3 }, 'txt2img')).toThrowError(
      expect.objectContaining({ field: 'stpes', hint: expect.stringContaining('steps') as unknown }),
    );
  });

  test('refuses a script, which would change everything', () => {
    expect(() => unknownFields({ prompt: 'a', script_name: 'x/y/z plot' }, 'txt2img')).toThrowError(
      expect.objectContaining({ field: 'script_name' }),
    );
  });
});
