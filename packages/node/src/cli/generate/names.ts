import { SAMPLERS, SCHEDULERS, type Sampler, type SamplerLists, type Scheduler } from '@graft/core/diffusion';
import { nearestHint, RequestError } from '@graft/core/errors';
import { UPSCALERS } from '@graft/core/image';
import { LATENT_UPSCALERS } from '@graft/core/pipeline';

/** A sampler and, where its name says so, a scheduler, as the request calls them. */
export interface SamplerChoice {
  readonly sampler: string;
  readonly scheduler: string | undefined;
}

/** No name is nearly as long. */
const LONGEST = 100;

/**
 * Reads a sampler's name as people write it: without regard to case and punctuation, with an alias (`k_euler_a`), with a scheduler
 * behind it ("DPM++ 2M Karras"). Throws RequestError with the nearest names; the webui would silently take another.
 */
export function readSampler(text: string, option: string, lists: SamplerLists = {}): SamplerChoice {
  if (text.length > LONGEST) throw unknown('sampler', text.slice(0, LONGEST), option, []);
  const whole = findSampler(text, lists);
  if (whole) return { sampler: whole.name, scheduler: undefined };
  for (let at = text.lastIndexOf(' '); at > 0; at = text.lastIndexOf(' ', at - 1)) {
    const [sampler, scheduler] = [findSampler(text.slice(0, at), lists), findByName(text.slice(at + 1), lists)];
    if (sampler && scheduler) return { sampler: sampler.name, scheduler: scheduler.label };
  }
  throw unknown(
    'sampler',
    text,
    option,
    (lists.samplers ?? SAMPLERS).map(({ name }) => name),
  );
}

/** The label of a scheduler by its name, label or alias. Throws RequestError with the nearest names. */
export function readScheduler(text: string, option: string, lists: SamplerLists = {}): string {
  const found = findByName(text, lists);
  if (found) return found.label;
  throw unknown(
    'scheduler',
    text,
    option,
    (lists.schedulers ?? SCHEDULERS).map(({ label }) => label),
  );
}

/** The name of an upscaler for a second pass. Throws RequestError with the nearest names. */
export function readUpscaler(text: string, option: string): string {
  const names = [...LATENT_UPSCALERS.map(({ name }) => name), 'None', ...UPSCALERS.keys()];
  const found = names.find((name) => plain(name) === plain(text));
  if (found !== undefined) return found;
  throw unknown('upscaler', text, option, names);
}

function findSampler(text: string, { samplers = SAMPLERS }: SamplerLists): Sampler | undefined {
  return samplers.find(({ name, aliases }) => [name, ...aliases].some((known) => plain(known) === plain(text)));
}

function findByName(text: string, { schedulers = SCHEDULERS }: SamplerLists): Scheduler | undefined {
  return schedulers.find(({ name, label, aliases }) =>
    [name, label, ...aliases].some((known) => plain(known) === plain(text)),
  );
}

/** "DPM++ 2M" and "dpm++2m" are one name, "Euler" and "Euler a" two. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}+]/gu, '');
}

function unknown(kind: string, text: string, option: string, names: readonly string[]): RequestError {
  return new RequestError(option, `there is no ${kind} "${text}"`, { hint: nearestHint(text, names, names.length) });
}
