import { describe, expect, test } from 'vitest';
import { requestTexts, type RequestTexts } from './prompts.ts';
import { readRequest } from './request.ts';

const STYLES = [
  { name: 'oil', prompt: '{prompt}, oil painting', negative: 'photo' },
  { name: 'big', prompt: 'huge', negative: '' },
];

function texts(fields: Readonly<Record<string, unknown>>, kind: 'txt2img' | 'img2img' = 'txt2img'): RequestTexts {
  const request = readRequest(kind, { init_images: ['x'], prompt: 'a cat', ...fields }, () => new Uint8Array());
  return requestTexts(request, { styles: STYLES });
}

describe('requestTexts', () => {
  test('repeats prompts in the second pass unless it has its own', () => {
    expect(texts({ negative_prompt: 'dog' })).toEqual({
      prompt: 'a cat',
      negative: 'dog',
      hiresPrompt: 'a cat',
      hiresNegative: 'dog',
    });
    expect(texts({ hr_prompt: 'a lynx', hr_negative_prompt: 'fox' })).toMatchObject({
      prompt: 'a cat',
      hiresPrompt: 'a lynx',
      hiresNegative: 'fox',
    });
    expect(texts({ negative_prompt: 'dog' }, 'img2img')).toMatchObject({ hiresPrompt: 'a cat', hiresNegative: 'dog' });
  });

  test('puts styles in, in their order, in both passes', () => {
    expect(texts({ styles: ['oil', 'big', 'None'], hr_prompt: 'a lynx' })).toEqual({
      prompt: 'a cat, oil painting, huge',
      negative: 'photo',
      hiresPrompt: 'a lynx, oil painting, huge',
      hiresNegative: 'photo',
    });
  });

  test('takes comments out unless the setting is off', () => {
    const prompt = 'a cat # not a dog';
    expect(texts({ prompt }).prompt).not.toContain('dog');
    expect(texts({ prompt, override_settings: { enable_prompt_comments: false } }).prompt).toBe(prompt);
  });

  test('refuses a style that is not there', () => {
    expect(() => texts({ styles: ['oil', 'Oil'] })).toThrowError(
      expect.objectContaining({ name: 'RequestError', field: 'styles' }) as Error,
    );
  });
});
