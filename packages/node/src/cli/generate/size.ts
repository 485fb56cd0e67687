import { RequestError } from '@graft/core/errors';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Latents are an eighth of the picture. */
const STEP = 8;
const LEAST = 8;

/** Reads "512x768". Throws RequestError. */
export function readSize(text: string, option: string): Size {
  const parts = /^\s*(\d{1,6})\s*[x×X*,]\s*(\d{1,6})\s*$/.exec(text) ?? /^\s*(\d{1,6})\s*$/.exec(text);
  if (!parts) {
    throw new RequestError(option, `"${text}" is no size`, {
      hint: 'Write width x height in pixels, such as 512x768.',
    });
  }
  return { width: Number(parts[1]), height: Number(parts[2] ?? parts[1]) };
}

/** Throws RequestError, which names the nearest right lengths, unless a side is a multiple of 8. */
export function checkSide(side: number, option: string): void {
  if (side % STEP === 0 && side >= LEAST) return;
  const sides = [...new Set([down(side), up(side)])];
  throw new RequestError(option, `${side} is not a multiple of ${STEP}`, {
    hint: `The nearest are ${sides.join(' and ')}.`,
  });
}

/** Throws RequestError, which names the nearest right sizes, unless both sides are multiples of 8. */
export function checkSize({ width, height }: Size, option: string): void {
  if (width % STEP === 0 && height % STEP === 0 && width >= LEAST && height >= LEAST) return;
  const smaller = { width: down(width), height: down(height) };
  const larger = { width: up(width), height: up(height) };
  const sizes = [...new Set([show(smaller), show(larger)])];
  throw new RequestError(option, `${show({ width, height })} is not a multiple of ${STEP} on both sides`, {
    hint: `The nearest are ${sizes.join(' and ')}.`,
  });
}

function down(side: number): number {
  return Math.max(LEAST, Math.floor(side / STEP) * STEP);
}

function up(side: number): number {
  return Math.max(LEAST, Math.ceil(side / STEP) * STEP);
}

function show({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** Pictures up to so many times the model's own area are redrawn at their size. */
const ROOM = 4;

/** The size at which to redraw a picture: its own, or as large as the model likes if it is much larger. */
export function sizeFor(picture: Size, natural: Size): Size {
  const area = picture.width * picture.height;
  const own = natural.width * natural.height;
  const scale = area <= ROOM * own ? 1 : Math.sqrt(own / area);
  const fit = (side: number): number => Math.max(LEAST, Math.round((side * scale) / STEP) * STEP);
  return { width: fit(picture.width), height: fit(picture.height) };
}
