import { SAMPLING_DEFAULTS, type InfoEntries, type SamplingOptions } from './options.ts';
import type { Sampler, SamplerParameter } from './samplers/index.ts';

type Churn = Exclude<SamplerParameter, 'eta'>;

/** Values of one request; each of Karras' four gives way to an option of the same name that is not at its default. */
export type SamplingRequest = Partial<Pick<SamplingOptions, Churn>> & { readonly eta?: number | undefined };

/** The settings that a sampler reads, and what the infotext says about them. */
export interface SamplerSettings {
  readonly eta: number;
  /** At their defaults where the sampler does not read them. */
  readonly parameters: Readonly<Record<Churn, number>>;
  readonly infotext: InfoEntries;
}

const LABELS: Readonly<Record<Churn, string>> = {
  s_churn: 'Sigma churn',
  s_tmin: 'Sigma tmin',
  s_tmax: 'Sigma tmax',
  s_noise: 'Sigma noise',
};

/** Settles options against a request. As in the webui the infotext tells options only, and eta wherever it is from. */
export function readSettings(sampler: Sampler, options: SamplingOptions, request: SamplingRequest): SamplerSettings {
  const isSigma = sampler.family === 'sigma';
  const eta = request.eta ?? (isSigma ? options.eta_ancestral : options.eta_ddim);
  const showsEta = sampler.parameters.includes('eta') && eta !== (isSigma ? 1 : 0);
  let infotext: InfoEntries = showsEta ? { [isSigma ? 'Eta' : 'Eta DDIM']: eta } : {};
  const read = (name: Churn): number => {
    const standard = SAMPLING_DEFAULTS[name];
    if (!sampler.parameters.includes(name)) return standard;
    if (options[name] === standard) return request[name] ?? standard;
    infotext = { ...infotext, [LABELS[name]]: options[name] };
    return options[name];
  };
  const parameters = {
    s_churn: read('s_churn'),
    s_tmin: read('s_tmin'),
    s_tmax: read('s_tmax') || Infinity,
    s_noise: read('s_noise'),
  };
  return { eta, parameters, infotext };
}
