import { RequestError } from '../errors/index.ts';
import { readFields, type Field, type FieldTable, type FieldType } from './fields.ts';
import { readOptions, type Options } from './options.ts';

/** Fields of both kinds of request, with A1111's names and defaults (`/sdapi/v1/txt2img`, `/sdapi/v1/img2img` 1.10.1). */
interface CommonFields {
  readonly prompt: string;
  readonly negative_prompt: string;
  readonly styles: readonly string[];
  readonly subseed_strength: number;
  readonly seed_resize_from_h: number;
  readonly seed_resize_from_w: number;
  readonly sampler_name: string | null;
  readonly scheduler: string | null;
  readonly sampler_index: string;
  readonly batch_size: number;
  readonly n_iter: number;
  readonly steps: number;
  readonly cfg_scale: number;
  readonly width: number;
  readonly height: number;
  readonly tiling: boolean;
  readonly eta: number | null;
  readonly denoising_strength: number | null;
  readonly s_min_uncond: number | null;
  readonly s_churn: number | null;
  readonly s_tmax: number | null;
  readonly s_tmin: number | null;
  readonly s_noise: number | null;
  readonly refiner_checkpoint: string | null;
  readonly refiner_switch_at: number | null;
  readonly disable_extra_networks: boolean;
}

interface TextFields {
  readonly enable_hr: boolean;
  readonly hr_scale: number;
  readonly hr_upscaler: string | null;
  readonly hr_second_pass_steps: number;
  readonly hr_resize_x: number;
  readonly hr_resize_y: number;
  readonly hr_checkpoint_name: string | null;
  readonly hr_sampler_name: string | null;
  readonly hr_scheduler: string | null;
  readonly hr_prompt: string;
  readonly hr_negative_prompt: string;
}

interface ImageFields {
  readonly resize_mode: number;
  readonly image_cfg_scale: number | null;
  readonly mask_blur: number | null;
  readonly mask_blur_x: number;
  readonly mask_blur_y: number;
  readonly mask_round: boolean;
  readonly inpainting_fill: number;
  readonly inpaint_full_res: boolean;
  readonly inpaint_full_res_padding: number;
  readonly inpainting_mask_invert: number;
  readonly initial_noise_multiplier: number | null;
}

/** What every request has besides its fields. */
interface Extras {
  /** −2⁶³ … 2⁶⁴ − 1; −1: draw one. Exact, also beyond 2⁵³. */
  readonly seed: bigint;
  readonly subseed: bigint;
  readonly options: Options;
}

export interface TextRequest extends CommonFields, TextFields, Extras {
  readonly kind: 'txt2img';
}

export interface ImageRequest extends CommonFields, ImageFields, Extras {
  readonly kind: 'img2img';
  /** Picture files. */
  readonly init_images: readonly Uint8Array[];
  readonly mask: Uint8Array | undefined;
}

/** A request that is complete and within bounds. */
export type GenerateRequest = TextRequest | ImageRequest;

/** Pictures as the sender writes them (base64, data URL …) become bytes at the edge. */
export type ImageReader = (text: string, field: string) => Uint8Array;

const SIZE = { type: 'whole', default: 512, min: 8, max: 8192 } as const;
const CHURN = { type: 'number', default: null, min: 0, max: 1e6 } as const;

const COMMON: FieldTable<CommonFields> = {
  prompt: { type: 'text', default: '' },
  negative_prompt: { type: 'text', default: '' },
  styles: { type: 'texts', default: [] },
  subseed_strength: { type: 'number', default: 0, min: 0, max: 1 },
  seed_resize_from_h: { type: 'whole', default: -1, min: -1, max: 8192 },
  seed_resize_from_w: { type: 'whole', default: -1, min: -1, max: 8192 },
  sampler_name: { type: 'text', default: null },
  scheduler: { type: 'text', default: null },
  sampler_index: { type: 'text', default: 'Euler' },
  batch_size: { type: 'whole', default: 1, min: 1, max: 64 },
  n_iter: { type: 'whole', default: 1, min: 1, max: 1000 },
  steps: { type: 'whole', default: 50, min: 1, max: 1000 },
  cfg_scale: { type: 'number', default: 7, min: -100, max: 1000 },
  width: SIZE,
  height: SIZE,
  tiling: { type: 'flag', default: false },
  eta: { type: 'number', default: null, min: 0, max: 10 },
  denoising_strength: { type: 'number', default: null, min: 0, max: 1 },
  s_min_uncond: CHURN,
  s_churn: CHURN,
  s_tmax: CHURN,
  s_tmin: CHURN,
  s_noise: { type: 'number', default: null, min: 0, max: 100 },
  refiner_checkpoint: { type: 'text', default: null },
  refiner_switch_at: { type: 'number', default: null, min: 0, max: 1 },
  disable_extra_networks: { type: 'flag', default: false },
};

const TEXT: FieldTable<TextFields> = {
  enable_hr: { type: 'flag', default: false },
  hr_scale: { type: 'number', default: 2, min: 0, max: 16 },
  hr_upscaler: { type: 'text', default: null },
  hr_second_pass_steps: { type: 'whole', default: 0, min: 0, max: 1000 },
  hr_resize_x: { type: 'whole', default: 0, min: 0, max: 8192 },
  hr_resize_y: { type: 'whole', default: 0, min: 0, max: 8192 },
  hr_checkpoint_name: { type: 'text', default: null },
  hr_sampler_name: { type: 'text', default: null },
  hr_scheduler: { type: 'text', default: null },
  hr_prompt: { type: 'text', default: '' },
  hr_negative_prompt: { type: 'text', default: '' },
};

const IMAGE: FieldTable<ImageFields> = {
  resize_mode: { type: 'whole', default: 0, min: 0, max: 3 },
  image_cfg_scale: { type: 'number', default: null, min: -100, max: 1000 },
  mask_blur: { type: 'whole', default: null, min: 0, max: 256 },
  mask_blur_x: { type: 'whole', default: 4, min: 0, max: 256 },
  mask_blur_y: { type: 'whole', default: 4, min: 0, max: 256 },
  mask_round: { type: 'flag', default: true },
  inpainting_fill: { type: 'whole', default: 0, min: 0, max: 3 },
  inpaint_full_res: { type: 'flag', default: true },
  inpaint_full_res_padding: { type: 'whole', default: 0, min: 0, max: 8192 },
  inpainting_mask_invert: { type: 'whole', default: 0, min: 0, max: 1 },
  initial_noise_multiplier: { type: 'number', default: null, min: 0, max: 10 },
};

/** Fields of a request besides those of its tables. */
const OTHER_FIELDS = ['seed', 'subseed', 'override_settings'];

/** Every field of a request that changes a picture. */
export function requestFields(kind: GenerateRequest['kind']): readonly string[] {
  const own = kind === 'txt2img' ? Object.keys(TEXT) : [...Object.keys(IMAGE), 'init_images', 'mask'];
  return [...Object.keys(COMMON), ...OTHER_FIELDS, ...own];
}

/** How those fields are read that are texts, numbers and flags. */
export function requestFieldTypes(kind: GenerateRequest['kind']): ReadonlyMap<string, FieldType> {
  const tables = { ...COMMON, ...(kind === 'txt2img' ? TEXT : IMAGE) };
  const types = Object.entries<Field<unknown>>(tables).map(([name, { type }]) => [name, type] as const);
  return new Map<string, FieldType>([...types, ['seed', 'whole'], ['subseed', 'whole']]);
}

/** Most pixels of a picture: what fits in memory anywhere has far fewer. */
const PIXEL_LIMIT = 8192 * 8192;

const LEAST_SEED = -(2n ** 63n);
const MOST_SEED = 2n ** 64n - 1n;
const MOST_DIGITS = 40;

/**
 * Reads and checks a request body as A1111's API takes it. Seeds may be numbers, big integers or texts.
 * Throws RequestError with the field at fault, before any work.
 */
export function readRequest(kind: 'txt2img' | 'img2img', body: unknown, readImage: ImageReader): GenerateRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RequestError('request', 'is not an object of fields');
  const given = body as Readonly<Record<string, unknown>>;
  const common = readFields(COMMON, given);
  checkPixels('width', common.width, common.height);
  const extras: Extras = {
    seed: readSeed(given['seed'], 'seed'),
    subseed: readSeed(given['subseed'], 'subseed'),
    options: readOptions(given['override_settings']),
  };
  if (kind === 'txt2img') {
    const text = readFields(TEXT, given);
    if (text.enable_hr && common.denoising_strength === null) {
      throw new RequestError('denoising_strength', 'is needed for the second pass', {
        hint: 'Give a number between 0 and 1, such as 0.7.',
      });
    }
    return { kind, ...common, ...text, ...extras };
  }
  const images = given['init_images'];
  if (!Array.isArray(images) || images.length === 0) {
    throw new RequestError('init_images', 'has no picture', { hint: 'Give at least one picture to start from.' });
  }
  const mask = given['mask'];
  return {
    kind,
    ...common,
    denoising_strength: common.denoising_strength ?? 0.75,
    ...readFields(IMAGE, given),
    ...extras,
    init_images: images.map((image, i) => readPicture(image, `init_images[${i}]`, readImage)),
    mask: mask === undefined || mask === null ? undefined : readPicture(mask, 'mask', readImage),
  };
}

/** Throws RequestError for more pixels than can be. */
export function checkPixels(field: string, width: number, height: number): void {
  if (width * height > PIXEL_LIMIT) {
    throw new RequestError(field, `${width}×${height} has too many pixels`, { hint: 'Make the picture smaller.' });
  }
}

function readPicture(value: unknown, field: string, readImage: ImageReader): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return readImage(value, field);
  throw new RequestError(field, 'is not a picture');
}

/** A whole number in torch's range; an empty or other text draws one, as in the webui. */
function readSeed(value: unknown, field: string): bigint {
  let seed: bigint;
  if (value === undefined || value === null) return -1n;
  if (typeof value === 'bigint') seed = value;
  else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RequestError(field, `${value} is no seed`);
    seed = BigInt(Math.trunc(value));
  } else if (typeof value === 'string') {
    const [, sign, digits] = /^([+-]?)(\d+)$/.exec(value.trim()) ?? [];
    if (digits === undefined) return -1n;
    // Longer ones are out of range, whatever they are.
    const size = BigInt(digits.replace(/^0+/, '').slice(0, MOST_DIGITS));
    seed = sign === '-' ? -size : size;
  } else throw new RequestError(field, 'is not a whole number');
  if (seed < LEAST_SEED || seed > MOST_SEED) {
    throw new RequestError(field, `${seed} is out of range`, {
      hint: `Seeds lie between ${LEAST_SEED} and ${MOST_SEED}.`,
    });
  }
  return seed;
}
