import { kohyaMinimumMetadata, modelSpecMetadata } from '@graft/core/models/metadata';
import type { verdict } from '../area.ts';

/** What kohya's trainers write into files. */
export interface MetadataCase {
  readonly id: string;
  readonly kind: 'metadata';
  readonly inputs: MinimumInputs | SpecInputs;
  readonly output: Readonly<Record<string, string>>;
}

/** v2, base model version, network module, rank, alpha, arguments: texts as Python writes them. */
type MinimumInputs = readonly [
  string | null,
  string | null,
  string,
  string,
  string,
  Readonly<Record<string, string>> | null,
];

/** Arguments of `build_metadata`; what is left out has its default. */
interface SpecInputs {
  readonly v2?: boolean;
  readonly v?: boolean;
  readonly sdxl?: boolean;
  readonly lora?: boolean;
  readonly ti?: boolean;
  readonly is_stable_diffusion_ckpt?: boolean;
  readonly title: string;
  readonly author?: string;
  readonly description?: string;
  readonly license?: string;
  readonly tags?: string;
  readonly merged_from?: string;
  readonly timesteps?: readonly [number, number];
  readonly clip_skip?: number;
  readonly reso?: number | readonly [number, number];
}

/** The time that all golden calls give, in seconds. */
const TIME = 1700000000;

export function checkMetadata({ inputs, output }: MetadataCase, result: ReturnType<typeof verdict>): void {
  const metadata = Array.isArray(inputs) ? minimum(inputs as MinimumInputs) : spec(inputs as SpecInputs);
  result.same('metadata', [...metadata], Object.entries(output));
}

function minimum([v2, baseModelVersion, networkModule, dim, alpha, args]: MinimumInputs): ReadonlyMap<string, string> {
  return kohyaMinimumMetadata({
    v2: v2 === null ? undefined : v2 === 'True',
    baseModelVersion: baseModelVersion ?? undefined,
    networkModule,
    dim,
    alpha,
    args: args ?? undefined,
  });
}

function spec(inputs: SpecInputs): ReadonlyMap<string, string> {
  const { reso } = inputs;
  return modelSpecMetadata({
    base: inputs.sdxl === true ? 'SDXL' : inputs.v2 === true ? 'SD2' : 'SD1',
    kind: inputs.lora !== false ? 'lora' : inputs.ti === true ? 'textual-inversion' : 'checkpoint',
    vPrediction: inputs.v,
    original: inputs.is_stable_diffusion_ckpt,
    title: inputs.title,
    date: new Date(TIME * 1000),
    resolution: typeof reso === 'number' ? [reso, reso] : reso,
    author: inputs.author,
    description: inputs.description,
    license: inputs.license,
    tags: inputs.tags,
    mergedFrom: inputs.merged_from,
    timesteps: inputs.timesteps,
    clipSkip: inputs.clip_skip,
    implementationVersion: 'sd-scripts/unknown',
  });
}
