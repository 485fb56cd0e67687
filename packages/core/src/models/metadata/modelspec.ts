// Stability AI's model metadata standard 1.0.1, as kohya-ss/sd-scripts library/sai_model_spec.py fills it in.

/** What a model file is, for other programs. */
export interface ModelSpec {
  readonly base: 'SD1' | 'SD2' | 'SDXL';
  readonly kind: 'checkpoint' | 'lora' | 'textual-inversion';
  /** Whether it predicts v, not noise. */
  readonly vPrediction?: boolean | undefined;
  /** Whether it is a checkpoint in the layout of the original code: decides which code it names. */
  readonly original?: boolean | undefined;
  readonly title: string;
  /** When it was made. */
  readonly date: Date;
  /** Width and height of the training pictures; those of the base if absent. */
  readonly resolution?: readonly [width: number, height: number] | undefined;
  readonly description?: string | undefined;
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  readonly tags?: string | undefined;
  readonly mergedFrom?: string | undefined;
  /** First and last training step. */
  readonly timesteps?: readonly [number, number] | undefined;
  /** A1111's "Clip skip" of the training. */
  readonly clipSkip?: number | undefined;
  /** Program and version that made it. */
  readonly implementationVersion: string;
}

const GENERATIVE_MODELS = 'https://github.com/Stability-AI/generative-models';

/** The metadata `modelspec.*` of a file, in the order in which kohya's trainers write them. */
export function modelSpecMetadata(spec: ModelSpec): ReadonlyMap<string, string> {
  const { base, kind, vPrediction = false } = spec;
  const [width, height] = spec.resolution ?? sizeOf(base, vPrediction);
  const original = kind === 'checkpoint' ? spec.original === true : kind === 'textual-inversion' || base === 'SDXL';
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['architecture', `${architectureOf(base, vPrediction)}${kind === 'checkpoint' ? '' : `/${kind}`}`],
    ['implementation', original ? GENERATIVE_MODELS : 'diffusers'],
    ['title', spec.title],
    ['resolution', `${width}x${height}`],
    ['sai_model_spec', '1.0.1'],
    ['description', spec.description],
    ['author', spec.author],
    ['date', spec.date.toISOString().replace(/\.\d+Z$/, '')],
    ['license', spec.license],
    ['tags', spec.tags],
    ['merged_from', spec.mergedFrom],
    ['prediction_type', vPrediction ? 'v' : 'epsilon'],
    ['timestep_range', spec.timesteps?.join()],
    ['encoder_layer', spec.clipSkip?.toString()],
    ['implementation_version', spec.implementationVersion],
  ];
  return new Map(fields.flatMap(([key, value]) => (value === undefined ? [] : [[`modelspec.${key}`, value]])));
}

function architectureOf(base: ModelSpec['base'], vPrediction: boolean): string {
  switch (base) {
    case 'SD1':
      return 'stable-diffusion-v1';
    case 'SD2':
      return vPrediction ? 'stable-diffusion-v2-768-v' : 'stable-diffusion-v2-512';
    case 'SDXL':
      return 'stable-diffusion-xl-v1-base';
  }
}

function sizeOf(base: ModelSpec['base'], vPrediction: boolean): readonly [number, number] {
  const side = base === 'SDXL' ? 1024 : base === 'SD2' && vPrediction ? 768 : 512;
  return [side, side];
}
