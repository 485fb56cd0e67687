import { family, type Family } from '../module.ts';
import { boft } from './boft.ts';
import { boftV2 } from './boft-v2.ts';
import { full } from './full.ts';
import { glora } from './glora.ts';
import { ia3 } from './ia3.ts';
import { loha } from './loha.ts';
import { lokr } from './lokr.ts';
import { lora } from './lora.ts';
import { norm } from './norm.ts';
import { oft } from './oft.ts';
import { oftV2 } from './oft-v2.ts';
import { tlora } from './tlora.ts';

/** Families of weight adapters, one a file. */
export { boft, boftV2, full, glora, ia3, loha, lokr, lora, norm, oft, oftV2, tlora };

/** Every family, in the order in which they are asked; no two claim the same part. */
export const FAMILIES: readonly Family[] = [
  family(lora),
  family(loha),
  family(ia3),
  family(lokr),
  family(full),
  family(norm),
  family(glora),
  family(oft),
  family(boft),
  family(oftV2),
  family(boftV2),
  family(tlora),
];
