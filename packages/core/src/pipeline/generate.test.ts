import { describe, expect, test } from 'vitest';
import { draw, drawing, fakeModel, flatPicture } from '../testing/vitest/index.ts';
import type { Picture } from '../image/index.ts';
import type { Progress } from './context.ts';

describe('generate', () => {
  test('gives the same picture for the same request, whatever was drawn before', async () => {
    const [first] = await draw({});
    expect(first).toMatchObject({ index: 0, seed: 1n, picture: { width: 32, height: 32, channels: 3 }, notes: [] });
    await draw({ prompt: 'a dog', seed: 3 });
    expect(await draw({})).toEqual([first]);
    expect((await draw({ seed: 3 }))[0]!.picture).not.toEqual(first!.picture);
    expect((await draw({ prompt: 'a dog' }))[0]!.picture).not.toEqual(first!.picture);
  });

  test.each(['Euler', 'Euler a', 'DPM++ SDE', 'DDIM'])(
    'gives each picture of a batch as if drawn alone with its seed: %s',
    async (sampler_name) => {
      const all = await draw({ sampler_name, seed: 5, batch_size: 2, n_iter: 2 });
      expect(all.map(({ index, seed, subseed }) => [index, seed, subseed])).toEqual([
        [0, 5n, 2n],
        [1, 6n, 3n],
        [2, 7n, 4n],
        [3, 8n, 5n],
      ]);
      for (const { seed, picture } of all) {
        const [alone] = await draw({ sampler_name, seed });
        expect(alone!.picture).toEqual(picture);
      }
    },
  );

  test('says what a refiner is for that draws alone', async () => {
    const plain = fakeModel();
    const conditioning = { ...plain.networks.conditioning, base: 'SDXL refiner' } as const;
    const model = { ...plain, networks: { ...plain.networks, conditioning } };
    const [alone] = await draw({}, { models: [{ ...model, with: async () => ({ model, notes: [] }) }] });
    expect(alone!.notes).toEqual([expect.stringContaining('refiner')]);
  });

  test('hands pictures on batch by batch', async () => {
    const model = fakeModel();
    const pictures = drawing({ n_iter: 3 }, { models: [model] });
    await pictures.next();
    const calls = model.calls.length;
    expect(calls).toBe(4);
    await pictures.return();
    expect(model.calls.length).toBe(calls);
  });

  test('keeps what is there when it is interrupted, and begins no other batch', async () => {
    const interrupt = { aborted: false };
    const onProgress = ({ iteration, calls }: Progress): void => {
      if (iteration === 1 && calls === 2) interrupt.aborted = true;
    };
    const model = fakeModel();
    const all = await draw({ batch_size: 2, n_iter: 3 }, { models: [model], hooks: { interrupt, onProgress } });
    expect(all.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(model.calls).toHaveLength(4 + 2);
    expect(await draw({}, { hooks: { interrupt } })).toEqual([]);
  });

  test('stops at once when it is cancelled', async () => {
    const cancel = { aborted: false };
    const model = fakeModel({ onCall: () => (cancel.aborted = true) });
    await expect(draw({}, { models: [model], hooks: { cancel } })).rejects.toMatchObject({ code: 'aborted' });
    expect(model.calls).toHaveLength(1);
  });

  test('tells how far it is, with a small picture', async () => {
    const seen: unknown[] = [];
    const previews: Promise<Picture>[] = [];
    const onProgress = (progress: Progress): void => {
      const { width, height } = progress;
      seen.push([progress.iteration, progress.iterations, progress.calls, progress.totalCalls, width, height]);
      previews.push(progress.preview());
    };
    await draw({ n_iter: 2, steps: 2 }, { hooks: { onProgress } });
    expect(seen).toEqual([
      [0, 2, 1, 2, 32, 32],
      [0, 2, 2, 2, 32, 32],
      [1, 2, 1, 2, 32, 32],
      [1, 2, 2, 2, 32, 32],
    ]);
    for (const preview of previews) expect(await preview).toMatchObject({ width: 4, height: 4 });
  });

  test('refuses NaN instead of drawing it', async () => {
    const { networks, ...model } = fakeModel();
    const predict: typeof networks.predict = async (x) => ({ ...x, data: x.data.map(() => Number.NaN) });
    const broken = { ...model, networks: { ...networks, predict } };
    const models = [{ ...broken, with: async () => ({ model: broken, notes: [] }) }];
    await expect(draw({}, { models })).rejects.toMatchObject({ name: 'SdError', code: 'model' });
  });

  test('names tags that mean nothing, and refuses those of networks that are not there', async () => {
    const [told] = await draw({ prompt: 'a cat <what:ever>' });
    const [plain] = await draw({ prompt: 'a cat ' });
    expect(told!.notes).toHaveLength(1);
    expect(told!.picture).toEqual(plain!.picture);
    await expect(draw({ prompt: 'a cat <lora:none:1>' })).rejects.toMatchObject({ field: 'prompt' });
    expect(await draw({ prompt: 'a cat <lora:none:1>', disable_extra_networks: true })).toHaveLength(1);
  });
});

describe('a refiner', () => {
  const models = [fakeModel({ name: 'base' }), fakeModel({ name: 'fine' })] as const;
  const calls = async (fields: Readonly<Record<string, unknown>>): Promise<unknown> => {
    for (const model of models) model.calls.length = 0;
    const [one] = await draw({ refiner_checkpoint: 'fine', ...fields }, { models });
    return [models[0].calls.length, models[1].calls.length, /Refiner: [^,]*/.exec(one!.infotext)?.[0]];
  };

  test.each([
    [{ refiner_switch_at: 0.5, override_settings: { refiner_switch_by_sample_steps: true } }, [2, 2]],
    [{ refiner_switch_at: 0 }, [0, 4]],
    [{}, [0, 4]],
  ])('takes over on the way: %o', async (fields, expected) => {
    expect(await calls(fields)).toEqual([...expected, 'Refiner: fine [0123456789]']);
  });

  test.each([
    { refiner_checkpoint: 'None' },
    { refiner_checkpoint: '' },
    { refiner_checkpoint: 'base' },
    { refiner_switch_at: 1, override_settings: { refiner_switch_by_sample_steps: true } },
  ])('does not: %o', async (fields) => {
    expect(await calls(fields)).toEqual([4, 0, undefined]);
  });

  test('gives way to the first model in the next batch', async () => {
    const settings = { override_settings: { refiner_switch_by_sample_steps: true } };
    expect(await calls({ refiner_switch_at: 0.5, n_iter: 2, ...settings })).toEqual([
      4,
      4,
      'Refiner: fine [0123456789]',
    ]);
  });
});

describe('a second pass', () => {
  const HIRES = { enable_hr: true, denoising_strength: 0.5, hr_scale: 2 };

  test.each([{}, { hr_upscaler: 'Latent (nearest)' }, { hr_upscaler: 'None' }, { hr_upscaler: 'Lanczos' }])(
    'draws at the larger size: %o',
    async (fields) => {
      const passes = new Set<string>();
      const hooks = { onProgress: (progress: Progress) => void passes.add(progress.pass) };
      const [one] = await draw({ ...HIRES, ...fields }, { hooks });
      expect(one!.picture).toMatchObject({ width: 64, height: 64 });
      expect(one!.infotext).toContain('Hires upscale: 2.0');
      expect([...passes]).toEqual(['first', 'second']);
    },
  );

  test('is cut to the size asked for', async () => {
    const [one] = await draw({ ...HIRES, hr_resize_x: 64, hr_resize_y: 40 });
    expect(one!.picture).toMatchObject({ width: 64, height: 40 });
    expect(one!.infotext).toContain('Hires resize: 64x40');
  });

  test('has a checkpoint and prompts of its own', async () => {
    const models = [fakeModel({ name: 'base' }), fakeModel({ name: 'other' })] as const;
    const [one] = await draw({ ...HIRES, hr_checkpoint_name: 'other', hr_prompt: 'a lynx' }, { models });
    expect(one!.infotext).toMatch(/Hires checkpoint: other \[0123456789\].*Hires prompt: a lynx/);
    expect(models.map(({ calls }) => calls.length > 0)).toEqual([true, true]);
  });
});

describe('from a picture', () => {
  const SIZE = { width: 32, height: 32 };
  const pictures = [flatPicture(SIZE, [200, 100, 50]), flatPicture(SIZE, [0], [255])];
  const image = { init_images: [Uint8Array.of(0)] };
  const masked = { ...image, mask: Uint8Array.of(1), mask_blur: 0, inpaint_full_res: false, inpainting_fill: 1 };

  test('changes it as much as it is told', async () => {
    const [little] = await draw({ ...image, denoising_strength: 0 }, { kind: 'img2img', pictures });
    const [much] = await draw({ ...image, denoising_strength: 1 }, { kind: 'img2img', pictures });
    const distance = (data: Uint8Array): number =>
      data.reduce((sum, value, i) => sum + Math.abs(value - pictures[0]!.data[i]!), 0) / data.length;
    expect(distance(little!.picture.data)).toBeLessThan(distance(much!.picture.data));
    expect(little!.infotext).toContain('Denoising strength: 0');
  });

  test('leaves what the mask leaves exactly as it is', async () => {
    const [one] = await draw(masked, { kind: 'img2img', pictures });
    const left = Array.from({ length: 32 * 3 }, (_, i) => i).filter((i) => i < 16 * 3);
    expect(left.map((i) => one!.picture.data[i])).toEqual(left.map((i) => pictures[0]!.data[i]));
    expect(one!.picture.data).not.toEqual(pictures[0]!.data);
  });

  test.each([8, 9])('shows the picture to a model of %d channels', async (inChannels) => {
    const model = fakeModel({ inChannels });
    await draw(masked, { kind: 'img2img', pictures, models: [model] });
    expect(model.calls.every(({ channels }) => channels === inChannels)).toBe(true);
  });

  test('draws from nothing with a model that inpaints', async () => {
    const model = fakeModel({ inChannels: 9 });
    expect(await draw({ batch_size: 2 }, { models: [model] })).toHaveLength(2);
    expect(model.calls.every(({ channels }) => channels === 9)).toBe(true);
  });
});
