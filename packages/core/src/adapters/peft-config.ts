import { RequestError } from '../errors/index.ts';
import type { Hints } from './adapter.ts';
import { peftPattern, type NameMatcher } from './peft-pattern.ts';

/** What PEFT keeps beside the tensors (`adapter_config.json`), as far as it changes the result. */
export interface PeftConfig {
  readonly type: string;
  readonly rank: number | undefined;
  readonly alpha: number | undefined;
  /** Other ranks and alphas, by patterns for names of layers. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly alphas: ReadonlyMap<string, number>;
  /** alpha/√rank instead of alpha/rank. */
  readonly rankStabilized: boolean;
  /** Terms of OFT's series; undefined: the exact transform. */
  readonly neumannTerms: number | undefined;
  /** OFT: most that rotations may turn, where they are constrained. */
  readonly bound: number | undefined;
}

/** PEFT's own defaults. */
const NEUMANN_TERMS = 5;

/** Reads `adapter_config.json`, parsed. Throws RequestError `config` for anything else. */
export function readPeftConfig(json: unknown): PeftConfig {
  if (!isRecord(json))
    throw new RequestError('config', 'is no PEFT configuration', {
      hint: 'Give the adapter_config.json that lies beside the file.',
    });
  // `fan_in_fan_out` is for layers that are stored the other way round, which no Stable Diffusion model has: PEFT passes over it there.
  return {
    type: typeof json['peft_type'] === 'string' ? json['peft_type'].toUpperCase() : 'LORA',
    rank: finite(json['r']),
    alpha: finite(json['lora_alpha']) ?? finite(json['alpha']),
    ranks: patterns(json['rank_pattern']),
    alphas: patterns(json['alpha_pattern']),
    rankStabilized: json['use_rslora'] === true,
    neumannTerms:
      json['use_cayley_neumann'] === false ? undefined : (finite(json['num_cayley_neumann_terms']) ?? NEUMANN_TERMS),
    bound: json['coft'] === true ? finite(json['eps']) : undefined,
  };
}

/**
 * Configurations by component out of the metadata `lora_adapter_metadata` of recent diffusers, whose fields carry the component in front
 * (`unet.r`). Empty without it or when it is no JSON.
 */
export function readDiffusersConfig(text: string | undefined): ReadonlyMap<string, PeftConfig> {
  if (text === undefined) return new Map();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (!isRecord(json)) return new Map();
  const fields = new Map<string, Record<string, unknown>>();
  for (const [key, value] of Object.entries(json)) {
    const dot = key.indexOf('.');
    const component = key.slice(0, Math.max(dot, 0));
    fields.set(component, { ...fields.get(component), [key.slice(dot + 1)]: value });
  }
  return new Map([...fields].map(([component, own]) => [component, readPeftConfig(own)]));
}

/**
 * What is known of each layer from beside its tensors: out of `adapter_config.json`, parsed, or the file's own metadata. Throws RequestError
 * `config`.
 */
export function adapterHints(metadata: ReadonlyMap<string, string>, config?: unknown): (module: string) => Hints {
  const beside = config === undefined ? undefined : readPeftConfig(config);
  const inside = readDiffusersConfig(metadata.get('lora_adapter_metadata'));
  const oneTrainer = metadata.has('ot_branch') ? { oneTrainer: true } : {};
  return (module) => {
    const own: PeftConfig | undefined =
      beside ?? inside.get(/^(unet|text_encoder_2|text_encoder)\./.exec(module)?.[1] ?? '');
    return own ? { ...hintsOf(own, module), ...oneTrainer } : oneTrainer;
  };
}

/** What the configuration says of one layer. Families without alpha get no scale from it. */
export function hintsOf(config: PeftConfig, module: string): Hints {
  const rank = matching(config.ranks, module) ?? config.rank;
  const alpha = matching(config.alphas, module) ?? config.alpha;
  const scaled = rank !== undefined && rank > 0 && alpha !== undefined;
  return {
    ...(scaled ? { scale: alpha / (config.rankStabilized ? Math.sqrt(rank) : rank) } : {}),
    ...(config.neumannTerms === undefined ? {} : { neumannTerms: config.neumannTerms }),
    ...(config.bound === undefined ? {} : { bound: config.bound }),
  };
}

/** Made once for each configuration: some name every layer. */
const MATCHERS = new WeakMap<ReadonlyMap<string, number>, readonly (readonly [NameMatcher, number])[]>();

/** The number of the first pattern that means a layer. */
function matching(numbers: ReadonlyMap<string, number>, module: string): number | undefined {
  const matchers =
    MATCHERS.get(numbers) ?? [...numbers].map(([pattern, number]) => [peftPattern(pattern), number] as const);
  MATCHERS.set(numbers, matchers);
  return matchers.find(([matches]) => matches(module))?.[1];
}

function patterns(value: unknown): ReadonlyMap<string, number> {
  const numbers = Object.entries(isRecord(value) ? value : {});
  return new Map(numbers.filter((entry): entry is [string, number] => finite(entry[1]) !== undefined));
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
