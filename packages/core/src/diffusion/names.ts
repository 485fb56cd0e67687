import { SAMPLERS, type Sampler } from './samplers/index.ts';
import { findScheduler, SCHEDULERS, type Scheduler } from './sigmas/index.ts';

/** A sampler and a scheduler, found by the names of a request. */
export interface Choice {
  readonly sampler: Sampler;
  /** Automatic where the sampler's own scheduler was asked for. */
  readonly scheduler: Scheduler;
}

/** The samplers and schedulers that names are looked up in; those of the webui where a list is absent. */
export interface SamplerLists {
  readonly samplers?: readonly Sampler[] | undefined;
  readonly schedulers?: readonly Scheduler[] | undefined;
}

/**
 * Reads the names of a request as the webui does: a sampler's name may end with a scheduler's label, name or alias,
 * which then wins; an unknown scheduler is Automatic; an unknown sampler is the first of the list. Never throws.
 */
export function chooseSampler(
  samplerName: string | undefined,
  schedulerName?: string,
  { samplers = SAMPLERS, schedulers = SCHEDULERS }: SamplerLists = {},
): Choice {
  const first = samplers[0] ?? SAMPLERS[0]!;
  let name = samplerName === undefined || samplerName === '' ? first.name : samplerName;
  let scheduler = findScheduler(schedulerName, schedulers);
  for (const candidate of schedulers) {
    const suffix = [candidate.label, candidate.name, ...candidate.aliases].find((word) => name.endsWith(` ${word}`));
    if (suffix === undefined) continue;
    scheduler = candidate;
    name = name.slice(0, -suffix.length - 1);
  }
  const sampler = samplers.find((candidate) => candidate.name === name) ?? first;
  return { sampler, scheduler: sampler.scheduler === scheduler.name ? findScheduler('automatic') : scheduler };
}

/** What the webui publishes as a sampler's options. */
export function samplerOptions(sampler: Sampler): Readonly<Record<string, string | boolean>> {
  return {
    ...(sampler.scheduler === undefined ? {} : { scheduler: sampler.scheduler }),
    ...(sampler.discardNextToLastSigma === true ? { discard_next_to_last_sigma: true } : {}),
    ...(sampler.usesEnsd === true ? { uses_ensd: true } : {}),
    ...(sampler.secondOrder === true ? { second_order: true } : {}),
    ...(sampler.brownianNoise === true ? { brownian_noise: true } : {}),
    ...(sampler.solverType === undefined ? {} : { solver_type: sampler.solverType }),
  };
}
