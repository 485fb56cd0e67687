import { SAMPLERS, SCHEDULERS } from '@graft/core/diffusion';
import type { SamplerTables } from '@graft/core/formats';

/** The program's samplers and schedules, as the infotext functions want them. */
export const SAMPLER_TABLES: SamplerTables = { samplers: SAMPLERS, schedulers: SCHEDULERS };

/** The name of the sampler with an alias or, in any case, that name. */
export function samplerByAlias(alias: string): string | undefined {
  const wanted = alias.toLowerCase();
  return SAMPLERS.find((one) => [one.name, ...one.aliases].some((name) => name.toLowerCase() === wanted))?.name;
}
