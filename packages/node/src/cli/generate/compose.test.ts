import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRequest } from '@graft/core/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArguments } from '../arguments.ts';
import { composeRequest, type Composed } from './compose.ts';
import { PICTURE_OPTIONS } from './options.ts';

/** The start of a PNG is enough where nothing is decoded. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const INFOTEXT =
  'a cat\nSteps: 7, Sampler: DPM++ 2M Karras, CFG scale: 5, Seed: 6687881544318117707, Size: 500x260, Model: m, Clip skip: 2';

let folder = '';
let picture = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-compose-'));
  picture = join(folder, 'a.png');
  await writeFile(picture, PNG);
});
afterAll(async () => rm(folder, { recursive: true }));

const compose = (...argv: string[]): Promise<Composed> => composeRequest(readArguments(argv, PICTURE_OPTIONS));

async function requestFile(content: string): Promise<string> {
  const path = join(folder, 'request.json');
  await writeFile(path, content);
  return path;
}

describe('options', () => {
  test('a prompt alone is a request with the defaults of the page', async () => {
    const { kind, body, base } = await compose('a', 'cat');
    expect([kind, base]).toEqual(['txt2img', 'nothing']);
    expect(body).toEqual({ prompt: 'a cat', steps: 20, sampler_name: 'Euler a', override_settings: {} });
  });

  test.each(['', ' '])('the prompt may be empty: %j', async (prompt) => {
    expect((await compose(prompt)).body).toMatchObject({ prompt });
    expect((await compose('--from', INFOTEXT, prompt)).body).toMatchObject({ prompt });
    expect((await compose('--set', 'prompt=')).body).toMatchObject({ prompt: '' });
  });

  test('fill fields and settings, exact', async () => {
    const { body } = await compose(
      ...['a', '--seed', '18446744073709551615', '--size', '64x128', '--cfg-scale', '3.5', '--clip-skip', '2'],
      ...['--sampler', 'dpm++ 2m karras', '--rng', 'cpu', '--tiling', '--style', 'x', '--style', 'y'],
      ...['--set', 's_churn=5', '--set', 'sgm_noise_multiplier=True', '--set', 'seed_resize_from_w=32'],
    );
    expect(body).toMatchObject({ sampler_name: 'DPM++ 2M', scheduler: 'Karras', styles: ['x', 'y'] });
    expect(readRequest('txt2img', body, () => PNG)).toMatchObject({
      seed: 18446744073709551615n,
      width: 64,
      height: 128,
      cfg_scale: 3.5,
      seed_resize_from_w: 32,
      options: {
        CLIP_stop_at_last_layers: 2,
        randn_source: 'CPU',
        tiling: true,
        s_churn: 5,
        sgm_noise_multiplier: true,
      },
    });
  });

  test('a second pass has a strength, and a size or a scale', async () => {
    const { body } = await compose('a', '--hires-size', '64x32', '--hires-sampler', 'ddim');
    expect(body).toMatchObject({
      enable_hr: true,
      denoising_strength: 0.7,
      hr_resize_x: 64,
      hr_resize_y: 32,
      hr_sampler_name: 'DDIM',
    });
    expect((await compose('a', '--hires', '2', '--strength', '0.5')).body).toMatchObject({
      hr_scale: '2',
      denoising_strength: '0.5',
    });
  });

  test('a picture to start from makes an image-to-image request with the defaults of the page', async () => {
    const { kind, body } = await compose(
      'a',
      '--init',
      picture,
      '--mask',
      picture,
      '--invert-mask',
      '--masked-content',
      'noise',
    );
    expect(kind).toBe('img2img');
    expect(body).toMatchObject({
      inpainting_mask_invert: 1,
      inpainting_fill: 2,
      inpaint_full_res: false,
      inpaint_full_res_padding: 32,
    });
    expect(readRequest('img2img', body, () => PNG)).toMatchObject({ denoising_strength: 0.75, mask_blur_x: 4 });
  });

  test('a refiner takes over where the help says, unless it is told otherwise', async () => {
    const at = async (...argv: string[]): Promise<unknown> => (await compose(...argv)).body['refiner_switch_at'];
    const request = await requestFile('{"prompt": "a", "refiner_checkpoint": "r"}');
    const other = join(folder, 'other.json');
    await writeFile(other, '{"prompt": "a", "refiner_switch_at": 0.4}');
    expect(await at('a', '--refiner', 'r')).toBe(0.8);
    expect(await at('a', '--refiner', 'r', '--refiner-switch', '0.3')).toBe('0.3');
    expect(await at('a', '--refiner', 'r', '--set', 'refiner_switch_at=0.3')).toBe('0.3');
    expect(await at('--from', `${INFOTEXT}, Refiner: x, Refiner switch at: 0.6`, '--refiner', 'r')).toBe(0.6);
    expect(await at('--from', INFOTEXT, '--refiner', 'r')).toBe(0.8);
    expect(await at('--request', other, '--refiner', 'r')).toBe(0.4);
    // As in the webui's API.
    expect(await at('--request', request)).toBeUndefined();
    expect(await at('a')).toBeUndefined();
  });

  test.each<[string, string[]]>([
    ['PROMPT', []],
    ['PROMPT', ['--set', 'hr_prompt=a', '--hires', '2']],
    ['--seed', ['a', '--seed', '1.5']],
    ['--size', ['a', '--size', '100x100']],
    ['width', ['a', '--width', '100']],
    ['--size', ['a', '--size', '64x64', '--width', '64']],
    ['--sampler', ['a', '--sampler', 'Oiler']],
    ['--scheduler', ['a', '--scheduler', 'x']],
    ['--hires-upscaler', ['a', '--hires', '2', '--hires-upscaler', 'x']],
    ['--hires', ['a', '--hires', '2', '--hires-size', '64x64']],
    ['--hires-size', ['a', '--hires-size', '65x64']],
    ['--hires', ['a', '--hires', '2', '--init', 'PICTURE']],
    ['--mask', ['a', '--mask', 'PICTURE']],
    ['--padding', ['a', '--padding', '3']],
    ['--resize-mode', ['a', '--init', 'PICTURE', '--resize-mode', 'squeeze']],
    ['--set', ['a', '--set', 'x']],
    ['--set', ['a', '--set', 'clip_skip=2']],
    ['--from', ['a', '--from', INFOTEXT, '--request', 'x']],
  ])('%s is refused in %j', async (field, argv) => {
    const given = argv.map((word) => (word === 'PICTURE' ? picture : word));
    await expect(compose(...given)).rejects.toMatchObject({ name: 'RequestError', field });
  });

  test.each(['--seed', '--variation-seed'])('says what %s may be', async (option) => {
    await expect(compose('a', '--variation-strength', '0.1', option, 'x')).rejects.toMatchObject({
      field: option,
      hint: expect.stringContaining('-1') as unknown,
    });
  });

  test.each([
    ['--init', 'file', 'none.png'],
    ['--init', 'format', 'request.json'],
    ['--from', 'file', 'none.png'],
    ['--request', 'file', 'none.json'],
  ])('%s of a wrong file is refused as %s', async (option, code, name) => {
    await requestFile('{}');
    await expect(compose('a', option, join(folder, name))).rejects.toMatchObject({ code });
  });
});

describe('--from', () => {
  test('takes the parameters, and options change them', async () => {
    const { body, base } = await compose('--from', INFOTEXT, '--steps', '9', 'a dog');
    expect(base).toBe('infotext');
    expect(body).toMatchObject({
      prompt: 'a dog',
      steps: '9',
      sampler_name: 'DPM++ 2M',
      scheduler: 'Karras',
      // Old pictures may be of any size.
      width: 500,
      height: 260,
      override_settings: { sd_model_checkpoint: 'm', CLIP_stop_at_last_layers: 2 },
    });
    expect(readRequest('txt2img', body, () => PNG).seed).toBe(6687881544318117707n);
  });

  test('a text file serves as well', async () => {
    const path = join(folder, 'parameters.txt');
    await writeFile(path, INFOTEXT);
    expect((await compose('--from', path)).body).toEqual((await compose('--from', INFOTEXT)).body);
  });

  test('tells when another picture is needed', async () => {
    const text = `${INFOTEXT}, Denoising strength: 0.5`;
    expect((await compose('--from', text)).notes).toHaveLength(1);
    expect((await compose('--from', text, '--init', picture)).notes).toEqual([]);
  });

  test.each([
    ['sampler', INFOTEXT.replace('2M Karras', '9M'), 'Eulr', 'Euler'],
    ['scheduler', `${INFOTEXT.replace(' Karras', '')}, Schedule type: Karas`, 'Karas', 'Karras'],
  ])('tells that an extension may have the %s of a picture', async (name, text, wrong, right) => {
    await expect(compose('--from', text)).rejects.toMatchObject({
      field: '--from',
      hint: expect.stringMatching(new RegExp(`--extension.*--${name}`)) as unknown,
    });
    await expect(compose('--from', text, `--${name}`, wrong)).rejects.toMatchObject({
      field: `--${name}`,
      hint: expect.stringContaining(right) as unknown,
    });
  });

  test('needs parameters', async () => {
    await expect(compose('--from', picture)).rejects.toMatchObject({ field: '--from' });
  });
});

describe('--request', () => {
  test('carries the body, exact, and options change it', async () => {
    const path = await requestFile(
      '{"prompt": "a", "seed": 6687881544318117707, "sampler_index": "euler a", "override_settings": {"randn_source": "CPU"}}',
    );
    const { body, base, folder: from } = await compose('--request', path, '--clip-skip', '2');
    expect([base, from]).toEqual(['request', folder]);
    expect(body).toMatchObject({
      seed: 6687881544318117707n,
      sampler_name: 'Euler a',
      override_settings: { randn_source: 'CPU', CLIP_stop_at_last_layers: '2' },
    });
    expect(body).not.toHaveProperty('steps');
  });

  test('an infotext in it fills what it does not set', async () => {
    const path = await requestFile(JSON.stringify({ prompt: 'a dog', steps: null, infotext: INFOTEXT, width: 64 }));
    expect((await compose('--request', path, '--height', '64')).body).toMatchObject({
      prompt: 'a dog',
      steps: 7,
      width: 64,
      cfg_scale: 5,
    });
  });

  test('names and sizes in it are checked', async () => {
    const told = async (body: object): Promise<Composed> =>
      compose('--request', await requestFile(JSON.stringify(body)));
    await expect(told({ prompt: 'a', stpes: 3 })).rejects.toMatchObject({ field: 'stpes' });
    await expect(told({ prompt: 'a', width: 100, height: 64 })).rejects.toMatchObject({ field: 'width' });
    await expect(told({ prompt: 'a', sampler_name: 'Oiler' })).rejects.toMatchObject({ field: '--sampler' });
  });

  test.each(['', '[]', '"a"', '{"a":', '{"a": 1}{'])('%j is refused', async (content) => {
    await expect(compose('--request', await requestFile(content))).rejects.toMatchObject({
      code: expect.stringMatching(/format|request/) as unknown,
    });
  });
});
