/** What must be known of a sampler to read its name. */
export interface SamplerName {
  readonly name: string;
  /** Name of its own schedule, such as "karras". */
  readonly scheduler?: string | undefined;
}

/** What must be known of a schedule to read its name. */
export interface SchedulerName {
  /** Such as "sgm_uniform". */
  readonly name: string;
  /** Such as "SGM Uniform". */
  readonly label: string;
  readonly aliases?: readonly string[] | null | undefined;
}

/** Tables in the program's order: the first sampler and the first schedule ("Automatic") are the fallbacks. */
export interface SamplerTables {
  readonly samplers: readonly SamplerName[];
  readonly schedulers: readonly SchedulerName[];
}

export interface SplitSamplerOptions {
  /** Undefined, null or "" mean the first one. */
  readonly sampler: string | null | undefined;
  /** Name or label. */
  readonly scheduler: string | null | undefined;
  /** Name a schedule even if it is the sampler's own. */
  readonly keepExplicit?: boolean;
}

/**
 * Names of sampler and schedule (its label) from what a request or an infotext says: "DPM++ 2M Karras" is split at its
 * suffix, unknown names become the first of their table, and a sampler's own schedule becomes the first
 * (A1111 1.10.1 `get_sampler_and_scheduler`).
 */
export function splitSampler(
  { samplers, schedulers }: SamplerTables,
  { sampler, scheduler, keepExplicit = false }: SplitSamplerOptions,
): readonly [sampler: string, scheduler: string] {
  const automatic = schedulers[0]!;
  let found = schedulers.find(({ name, label }) => name === scheduler || label === scheduler) ?? automatic;
  let rest = sampler ? sampler : samplers[0]!.name;
  for (const candidate of schedulers) {
    const suffix = [candidate.label, candidate.name, ...(candidate.aliases ?? [])].find((name) =>
      rest.endsWith(` ${name}`),
    );
    if (suffix === undefined) continue;
    found = candidate;
    rest = rest.slice(0, -(suffix.length + 1));
  }
  const known = samplers.find(({ name }) => name === rest) ?? samplers[0]!;
  if (!keepExplicit && known.scheduler === found.name) found = automatic;
  return [known.name, found.label];
}
