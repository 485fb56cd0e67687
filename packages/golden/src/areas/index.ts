import type { Area } from '../area.ts';
import { adapters } from './adapters.ts';
import { clip } from './clip.ts';
import { conditioning } from './conditioning.ts';
import { embeddings } from './embeddings.ts';
import { hypernetworks } from './hypernetworks.ts';
import { infotext } from './infotext.ts';
import { names } from './names.ts';
import { identify } from './identify.ts';
import { images } from './images.ts';
import { pngs } from './pngs.ts';
import { prompt } from './prompt.ts';
import { sd2, sdxl, sdxlMore } from './bases.ts';
import { tokenizer } from './tokenizer.ts';
import { formats } from './formats.ts';
import { hostile } from './hostile.ts';
import { rng } from './rng.ts';
import { samplers } from './samplers.ts';
import { unet } from './unet.ts';
import { vae } from './vae.ts';
import { whole } from './whole.ts';

/** Every area with a runner: one line each. */
export const AREAS: readonly Area[] = [
  adapters,
  whole,
  clip,
  images,
  unet,
  vae,
  conditioning,
  prompt,
  tokenizer,
  rng,
  samplers,
  formats,
  hostile,
  pngs,
  infotext,
  names,
  embeddings,
  hypernetworks,
  identify,
  sd2,
  sdxl,
  sdxlMore,
];
