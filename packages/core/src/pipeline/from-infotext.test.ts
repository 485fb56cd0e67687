import { describe, expect, test } from 'vitest';
import { parseInfotext } from '../formats/index.ts';
import { infotextModel, requestFromInfotext, startedFromPicture } from './from-infotext.ts';
import { readRequest } from './request.ts';

const PLAIN = `a cat, (blue:1.2)
Negative prompt: pizza
Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 4.5, Seed: 6687881544318117707, Size: 512x768, Model hash: 0123456789, Model: some model, Variation seed: 18446744073709551615, Variation seed strength: 0.25, Seed resize from: 256x128, Clip skip: 2, ENSD: 31337, Version: v1.10.1`;

const HIRES = `a cat
Steps: 8, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1, Size: 64x64, Denoising strength: 0.7, Hires upscale: 1.5, Hires steps: 4, Hires upscaler: Latent (nearest), Hires prompt: "a dog, big", Version: v1.10.1`;

const IMAGE = `a cat
Steps: 8, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, Denoising strength: 0.4, Mask blur: 8, Mask mode: Inpaint not masked, Inpaint area: Only masked, Masked area padding: 16, Masked content: latent noise, Version: v1.10.1`;

describe('requestFromInfotext', () => {
  test('gives every field, exact', () => {
    const body = requestFromInfotext(parseInfotext(PLAIN), 'txt2img');
    expect(body).toMatchObject({
      prompt: 'a cat, (blue:1.2)',
      negative_prompt: 'pizza',
      steps: 20,
      sampler_name: 'Euler a',
      scheduler: 'Karras',
      cfg_scale: 4.5,
      seed: '6687881544318117707',
      subseed: '18446744073709551615',
      subseed_strength: 0.25,
      seed_resize_from_w: 256,
      seed_resize_from_h: 128,
      width: 512,
      height: 768,
      enable_hr: false,
      override_settings: { CLIP_stop_at_last_layers: 2, eta_noise_seed_delta: 31337 },
    });
    expect(readRequest('txt2img', body, () => new Uint8Array())).toMatchObject({ seed: 6687881544318117707n });
  });

  test('reads what was said of the prediction', () => {
    const infotext = parseInfotext('a cat\nSteps: 4, Sampler: Euler, Prediction type: v');
    const body = requestFromInfotext(infotext, 'txt2img');
    expect(body).toMatchObject({ override_settings: { prediction: 'v' } });
    expect(readRequest('txt2img', body, () => new Uint8Array()).options.prediction).toBe('v');
  });

  test('tells a second pass by its parameters', () => {
    const infotext = parseInfotext(HIRES);
    expect(requestFromInfotext(infotext, 'txt2img')).toMatchObject({
      enable_hr: true,
      denoising_strength: 0.7,
      hr_scale: 1.5,
      hr_second_pass_steps: 4,
      hr_upscaler: 'Latent (nearest)',
      hr_prompt: 'a dog, big',
      hr_sampler_name: 'Use same sampler',
    });
    expect(startedFromPicture(infotext)).toBe(false);
  });

  test('reads masks, and tells a picture that started from another', () => {
    const infotext = parseInfotext(IMAGE);
    expect(requestFromInfotext(infotext, 'img2img')).toMatchObject({
      denoising_strength: 0.4,
      mask_blur: 8,
      inpainting_mask_invert: 1,
      inpaint_full_res: true,
      inpaint_full_res_padding: 16,
      inpainting_fill: 2,
    });
    expect(startedFromPicture(infotext)).toBe(true);
    expect(requestFromInfotext(parseInfotext(PLAIN), 'img2img')['mask_blur']).toBe(0);
  });

  test('leaves out settings that are in force', () => {
    const body = requestFromInfotext(parseInfotext(PLAIN), 'txt2img', { CLIP_stop_at_last_layers: 2 });
    expect(body['override_settings']).toEqual({ eta_noise_seed_delta: 31337 });
  });

  test.each([
    'Steps: many, Sampler: Euler, Seed: 1, Size: 64x64',
    'Steps: 8, Sampler: Euler, Seed: 1, Size: -64x64',
    'Steps: 8, Sampler: Euler, Seed: 99999999999999999999999, Size: 64x64',
    'Steps: 8, Sampler: Euler, Seed: 1, CFG scale: nan, Size: 64x64',
  ])('hands on what cannot be, to be refused: %s', (line) => {
    const body = requestFromInfotext(parseInfotext(`a cat\n${line}`), 'txt2img');
    expect(() => readRequest('txt2img', body, () => new Uint8Array())).toThrowError(
      expect.objectContaining({ code: 'request' }),
    );
  });

  test('a text without parameters is a prompt', () => {
    expect(requestFromInfotext(parseInfotext('just words'), 'txt2img')).toMatchObject({ prompt: 'just words' });
  });
});

test.each([
  [PLAIN, 'some model [0123456789]'],
  ['a\nSteps: 1, Seed: 1, Model: m', 'm'],
  ['a\nSteps: 1, Seed: 1, Model hash: 0123456789', '0123456789'],
  [HIRES, undefined],
])('the checkpoint of %j', (text, model) => {
  expect(infotextModel(parseInfotext(text))).toBe(model);
});

test('the parameters of the beta schedule are read under both of their names', () => {
  const read = (line: string): unknown => requestFromInfotext(parseInfotext(`a\nSteps: 4, ${line}`), 'txt2img');
  const settings = { override_settings: { beta_dist_alpha: 0.4, beta_dist_beta: 0.9 } };
  expect(read('Beta schedule alpha: 0.4, Beta schedule beta: 0.9')).toMatchObject(settings);
  expect(read('Beta scheduler alpha: 0.4, Beta scheduler beta: 0.9, Beta schedule alpha: 1')).toMatchObject(settings);
});
