import type { Area } from '../area.ts';
import { conditioning } from './conditioning.ts';
import { pngs } from './pngs.ts';
import { prompt } from './prompt.ts';
import { tokenizer } from './tokenizer.ts';
import { formats } from './formats.ts';
import { hostile } from './hostile.ts';
import { rng } from './rng.ts';
import { unet } from './unet.ts';

/** Every area with a runner: one line each. */
export const AREAS: readonly Area[] = [unet, conditioning, prompt, tokenizer, rng, formats, hostile, pngs];
