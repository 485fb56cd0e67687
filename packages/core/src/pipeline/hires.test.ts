import { describe, expect, test } from 'vitest';
import { chooseSampler } from '../diffusion/index.ts';
import { LATENT_UPSCALERS, planHires, type HiresPlan } from './hires.ts';
import { readRequest, type TextRequest } from './request.ts';

const FIRST = chooseSampler('DPM++ 2M', 'karras');
function plan(fields: Readonly<Record<string, unknown>>): HiresPlan {
  const body = { enable_hr: true, denoising_strength: 0.7, steps: 9, width: 512, height: 256, ...fields };
  return planHires(readRequest('txt2img', body, () => new Uint8Array()) as TextRequest, FIRST, {});
}

describe('planHires', () => {
  test.each([
    [{}, [1024, 512, 0, 0]],
    [{ hr_scale: 1.3 }, [665, 332, 0, 0]],
    [{ hr_resize_x: 800 }, [800, 400, 0, 0]],
    [{ hr_resize_y: 400 }, [800, 400, 0, 0]],
    [{ hr_resize_x: 800, hr_resize_y: 400 }, [800, 400, 0, 0]],
    // Large enough to cover a square: the sides are cut.
    [{ hr_resize_x: 512, hr_resize_y: 512 }, [1024, 512, 64, 0]],
    [{ hr_resize_x: 1024, hr_resize_y: 256 }, [1024, 512, 0, 32]],
  ])('sizes %o', (fields, [width, height, cutX, cutY]) => {
    expect(plan(fields)).toMatchObject({ width, height, cutX, cutY });
  });

  test('repeats what the first pass has unless told otherwise', () => {
    const same = { hr_sampler_name: 'Use same sampler', hr_scheduler: '', hr_checkpoint_name: 'Use same checkpoint' };
    for (const fields of [{}, same]) {
      expect(plan(fields)).toMatchObject({ steps: 9, checkpoint: '', choice: FIRST });
    }
    const other = plan({ hr_second_pass_steps: 4, hr_sampler_name: 'DDIM', hr_checkpoint_name: 'other' });
    expect(other).toMatchObject({ steps: 4, checkpoint: 'other', choice: { sampler: { name: 'DDIM' } } });
  });

  test('enlarges latents, or pictures where an upscaler of pictures is named', () => {
    expect(plan({}).latent).toBe(LATENT_UPSCALERS[0]);
    expect(plan({ hr_upscaler: 'Latent (nearest)' }).latent?.mode).toBe('nearest');
    expect(plan({ hr_upscaler: 'Lanczos' })).toMatchObject({ latent: undefined, upscaler: 'Lanczos' });
    expect(plan({ hr_upscaler: 'None' })).toMatchObject({ latent: undefined, upscaler: 'None' });
  });

  test.each([
    [{ hr_upscaler: 'none' }, 'hr_upscaler'],
    [{ hr_scale: 0 }, 'hr_scale'],
    [{ hr_scale: 0.01 }, 'hr_scale'],
    [{ hr_scale: 16, width: 8192 }, 'hr_scale'],
    [{ hr_resize_y: 8192, height: 8 }, 'hr_scale'],
  ])('refuses %o for its %s', (fields, field) => {
    expect(() => plan(fields)).toThrowError(expect.objectContaining({ name: 'RequestError', field }) as Error);
  });
});
