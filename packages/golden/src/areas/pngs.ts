import { createHash } from 'node:crypto';
import {
  applyOverlay,
  blurMask,
  expandRegion,
  fillMasked,
  flatten,
  gaussianBlur,
  latentMask,
  maskRegion,
  prepareImage,
  prepareMask,
  resize,
  resizeToMode,
  toMask,
  toRgb,
  UNKNOWN_UPSCALER,
  UPSCALERS,
  type Channels,
  type ImageCodec,
  type MaskedContent,
  type Picture,
  type Region,
  type ResizeFilterName,
  type ResizeMode,
} from '@graft/core/image';
import { imageCodec } from '@graft/node';
import { verdict, type Area, type CaseResult, type Folder } from '../area.ts';

interface Expected {
  readonly png: string;
  readonly size: readonly [number, number];
  readonly channels: Channels;
  readonly sha256: string;
}

/** Largest and mean difference of a sample; `or` names another way to be right. */
interface Allowed {
  readonly max: number;
  readonly mean?: number;
  readonly or?: string;
}

interface Case {
  readonly id: string;
  readonly op: string;
  readonly tolerance?: Allowed;
  readonly [field: string]: unknown;
}

/** What a case may look at. */
interface Bench {
  readonly one: Case;
  readonly check: Check;
  /** Decodes the file that a field names. */
  readonly load: (field: string) => Promise<Picture>;
  readonly open: (file: string) => Promise<Picture>;
}

interface Check {
  readonly picture: (part: string, actual: Picture, expected: Expected) => Promise<void>;
  readonly same: (part: string, actual: unknown, expected: unknown) => void;
  readonly close: (part: string, actual: ArrayLike<number>, expected: ArrayLike<number>, abs: number) => void;
}

/** Pictures in and out: reading, resizing, masks, inpainting. */
export const pngs: Area = {
  name: 'pngs',
  async *run(folder) {
    const codec = imageCodec();
    for (const one of (folder.index as { readonly cases: readonly Case[] }).cases)
      yield await runCase(folder, codec, one);
  },
};

async function runCase(folder: Folder, codec: ImageCodec, one: Case): Promise<CaseResult> {
  const outcome = verdict(one.id);
  const open = async (file: string): Promise<Picture> => codec.decode(await folder.bytes(file), file);
  const bench: Bench = {
    one,
    open,
    load: (field) => open(one[field] as string),
    check: {
      async picture(part, actual, expected) {
        const note = await compare(actual, expected, one.tolerance ?? { max: 0 }, open);
        outcome.close(part, [note.share], [0], { abs: 1, rel: 0 });
        if (note.text !== undefined) outcome.fail(`${part}: ${note.text}`);
      },
      same: (part, actual, expected) => outcome.same(part, actual, expected),
      close: (part, actual, expected, abs) => outcome.close(part, actual, expected, { abs, rel: 0 }),
    },
  };
  const run = OPS[one.op];
  if (!run) return { id: one.id, status: 'failed', note: `no op "${one.op}"` };
  try {
    await run(bench);
  } catch (error) {
    outcome.fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
  return outcome.result();
}

/** A difference as a share of what is allowed, or what is wrong in words. */
async function compare(
  actual: Picture,
  { png, size, channels, sha256 }: Expected,
  allowed: Allowed,
  open: (file: string) => Promise<Picture>,
): Promise<{ readonly share: number; readonly text?: string }> {
  const shape = [actual.width, actual.height, actual.channels].join('×');
  if (shape !== [...size, channels].join('×')) return { share: 0, text: `is ${shape}` };
  if (createHash('sha256').update(actual.data).digest('hex') === sha256) return { share: 0 };
  const expected = channels === 1 ? await open(png) : channels === 3 ? toRgb(await open(png)) : await open(png);
  let max = 0;
  let sum = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const d = Math.abs(expected.data[i]! - actual.data[i]!);
    max = Math.max(max, d);
    sum += d;
  }
  const mean = sum / expected.data.length;
  const share = Math.max(
    max === 0 ? 0 : max / allowed.max,
    allowed.mean === undefined || mean === 0 ? 0 : mean / allowed.mean,
  );
  return share <= 1 ? { share } : { share: 0, text: `off by up to ${max}, ${mean.toFixed(3)} on average` };
}

const OPS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async decode({ one, check, load, open }) {
    const decoded = await load('file');
    const expected = one['img2img'] as Expected;
    if (one.tolerance?.or === 'value >> 8') {
      // The reference clips 16-bit grey at 255, which leaves of a scaled sample only whether it is zero.
      const clipped = toRgb(await open(expected.png)).data.filter((_, i) => i % 3 === 0);
      check.same('size', [decoded.width, decoded.height, decoded.channels], [...expected.size, 1]);
      check.same(
        'dark samples',
        decoded.data.filter((_, i) => clipped[i]! < 255).every((v) => v === 0),
        true,
      );
      return;
    }
    await check.picture('img2img', flatten(decoded, '#ffffff'), expected);
    await check.picture('training', toRgb(decoded), (one['training'] ?? expected) as Expected);
  },
  async resize({ one, check, load }) {
    const [width, height] = one['size'] as [number, number];
    const box = one['box'] as Region | undefined;
    const filter = one['filter'] as ResizeFilterName;
    const result = resize(await load('file'), { width, height, filter, ...(box ? { box } : {}) });
    await check.picture('out', result, one['out'] as Expected);
  },
  async resize_image({ one, check, load }) {
    const [width, height] = one['size'] as [number, number];
    const name = one['upscaler'] as string;
    const upscaler = name === 'None' ? undefined : (UPSCALERS.get(name) ?? UNKNOWN_UPSCALER);
    const mode = one['mode'] as ResizeMode;
    await check.picture(
      'out',
      resizeToMode(await load('file'), { mode, width, height, upscaler }),
      one['out'] as Expected,
    );
  },
  async mask_blur({ one, check, load }) {
    const blur = { x: one['blur_x'] as number, y: one['blur_y'] as number };
    await check.picture('out', blurMask(await load('file'), blur), one['out'] as Expected);
  },
  async pil_gaussian_blur({ one, check, load }) {
    await check.picture('out', gaussianBlur(await load('file'), one['radius'] as number), one['out'] as Expected);
  },
  async create_binary_mask({ one, check, load }) {
    await check.picture('out', toMask(await load('file'), { round: one['round'] as boolean }), one['out'] as Expected);
  },
  async get_crop_region({ one, check, open }) {
    const results = one['results'] as readonly {
      readonly mask: string;
      readonly pad: number;
      readonly v2: Region | null;
    }[];
    for (const { mask, pad, v2 } of results)
      check.same(`${mask} ${pad}`, maskRegion(toMask(await open(mask), { round: true }), pad) ?? null, v2);
  },
  async expand_crop_region({ one, check }) {
    type Pair = readonly [number, number];
    const results = one['results'] as readonly {
      readonly region: Region;
      readonly processing: Pair;
      readonly image: Pair;
      readonly out: Region;
    }[];
    for (const { region, processing, image, out } of results) {
      const size = ([width, height]: Pair): { width: number; height: number } => ({ width, height });
      check.same(region.join(), expandRegion(region, { working: size(processing), image: size(image) }), out);
    }
  },
  async fill({ one, check, load }) {
    await check.picture('out', fillMasked(await load('file'), await load('mask')), one['out'] as Expected);
  },
  async flatten({ one, check, load }) {
    await check.picture('out', flatten(await load('file'), one['background'] as string), one['out'] as Expected);
  },
  inpaint_prepare: inpaint,
};

async function inpaint({ one, check, load }: Bench): Promise<void> {
  const size = { width: one['width'] as number, height: one['height'] as number };
  const resizeMode = one['resize_mode'] as ResizeMode;
  const round = one['mask_round'] as boolean;
  const prepared = prepareMask(await load('mask'), {
    ...size,
    resizeMode,
    invert: one['invert'] as boolean,
    blurX: one['mask_blur'] as number,
    blurY: one['mask_blur'] as number,
    round,
    onlyMasked: one['inpaint_full_res'] as boolean,
    padding: one['padding'] as number,
  });
  const { image, overlay, place } = prepareImage(await load('file'), prepared, {
    ...size,
    resizeMode,
    background: '#ffffff',
    maskedContent: one['inpainting_fill'] as MaskedContent,
  });
  check.same('crop', prepared?.region ?? null, one['crop']);
  check.same('paste_to', place ? [place.x, place.y, place.width, place.height] : null, one['paste_to']);
  await check.picture('init_image', image, one['init_image'] as Expected);
  check.same('has a mask', prepared !== undefined, one['mask_out'] !== undefined);
  if (!prepared || !overlay) return;
  await check.picture('mask', prepared.mask, one['mask_out'] as Expected);
  await check.picture('overlay_mask', prepared.overlayMask, one['overlay_mask'] as Expected);
  await check.picture('overlay', overlay, one['overlay'] as Expected);
  const rows = one['latent_mask'] as readonly (readonly number[])[];
  const latent = latentMask(prepared.mask, { width: rows[0]!.length, height: rows.length, round });
  // Unrounded, one sample of the mask may differ as its own tolerance allows.
  check.close('latent_mask', latent, rows.flat(), round ? 1e-6 : ((one.tolerance?.max ?? 0) + 0.01) / 255);
  await check.picture('result', applyOverlay(await load('generated'), overlay, place), one['result'] as Expected);
}
