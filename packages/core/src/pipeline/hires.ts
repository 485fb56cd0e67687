import { chooseSampler, type Choice, type SamplerLists } from '../diffusion/index.ts';
import { RequestError } from '../errors/index.ts';
import { UPSCALERS } from '../image/index.ts';
import type { InterpolateMode } from '../tensor/index.ts';
import { checkPixels, type TextRequest } from './request.ts';

/** How a second pass resizes latents. */
export interface LatentUpscaler {
  readonly name: string;
  readonly mode: InterpolateMode;
  readonly antialias: boolean;
}

/** In the webui's order (`/sdapi/v1/latent-upscale-modes`). */
export const LATENT_UPSCALERS: readonly LatentUpscaler[] = [
  { name: 'Latent', mode: 'bilinear', antialias: false },
  { name: 'Latent (antialiased)', mode: 'bilinear', antialias: true },
  { name: 'Latent (bicubic)', mode: 'bicubic', antialias: false },
  { name: 'Latent (bicubic antialiased)', mode: 'bicubic', antialias: true },
  { name: 'Latent (nearest)', mode: 'nearest', antialias: false },
  { name: 'Latent (nearest-exact)', mode: 'nearest-exact', antialias: false },
];

/** A second pass at a larger size. */
export interface HiresPlan {
  /** Size in pixels that the first pass is enlarged to. */
  readonly width: number;
  readonly height: number;
  /** Latent rows and columns that are then cut off, half on each side. */
  readonly cutX: number;
  readonly cutY: number;
  /** Resizes latents; undefined: pictures are enlarged by the upscaler named. */
  readonly latent: LatentUpscaler | undefined;
  /** Name of a picture upscaler; "None" is plain Lanczos. */
  readonly upscaler: string;
  readonly steps: number;
  readonly choice: Choice;
  /** Checkpoint of the second pass; '' keeps the first. */
  readonly checkpoint: string;
}

/** Plans the second pass of a request. Throws RequestError for an unknown upscaler or a size out of range. */
export function planHires(request: TextRequest, first: Choice, lists: SamplerLists): HiresPlan {
  const name = request.hr_upscaler;
  const latent = name === null ? LATENT_UPSCALERS[0] : LATENT_UPSCALERS.find((mode) => mode.name === name);
  if (!latent && name !== null && name !== 'None' && !UPSCALERS.has(name)) {
    const names = [...LATENT_UPSCALERS.map((mode) => mode.name), 'None', ...UPSCALERS.keys()];
    throw new RequestError('hr_upscaler', `there is no upscaler "${name}"`, {
      hint: `There are: ${names.join(', ')}.`,
    });
  }
  const size = targetSize(request);
  checkPixels('hr_scale', size.width, size.height);
  if (size.width < 8 || size.height < 8)
    throw new RequestError('hr_scale', `the second pass would be ${size.width}×${size.height}`);
  const same = (value: string | null, word: string): boolean => value === null || value === word || value === '';
  return {
    ...size,
    latent,
    upscaler: name ?? 'Latent',
    steps: request.hr_second_pass_steps || request.steps,
    choice: secondChoice(request, first, lists, same),
    checkpoint: same(request.hr_checkpoint_name, 'Use same checkpoint') ? '' : request.hr_checkpoint_name!,
  };
}

function secondChoice(
  request: TextRequest,
  first: Choice,
  lists: SamplerLists,
  same: (value: string | null, word: string) => boolean,
): Choice {
  const sampler = same(request.hr_sampler_name, 'Use same sampler') ? first.sampler.name : request.hr_sampler_name!;
  const scheduler = same(request.hr_scheduler, 'Use same scheduler') ? first.scheduler.name : request.hr_scheduler!;
  return chooseSampler(sampler, scheduler, lists);
}

function targetSize(request: TextRequest): Pick<HiresPlan, 'width' | 'height' | 'cutX' | 'cutY'> {
  const { width, height, hr_resize_x: x, hr_resize_y: y, hr_scale: scale } = request;
  if (x === 0 && y === 0)
    return { width: Math.trunc(width * scale), height: Math.trunc(height * scale), cutX: 0, cutY: 0 };
  const tall = { width: x, height: Math.floor((x * height) / width) };
  const wide = { width: Math.floor((y * width) / height), height: y };
  if (y === 0) return { ...tall, cutX: 0, cutY: 0 };
  if (x === 0) return { ...wide, cutX: 0, cutY: 0 };
  // Both given: large enough to cover, the rest is cut off.
  const cover = width / height < x / y ? tall : wide;
  return { ...cover, cutX: Math.floor((cover.width - x) / 8), cutY: Math.floor((cover.height - y) / 8) };
}
