// What a UNet predicts, and whether its noise schedule ends in noise alone. Nothing in a network's shapes tells it, so it is decided by
// what was said of the checkpoint, the most deliberate word first.

/** What a network predicts: the noise ε, or v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans & Ho 2022). */
export type PredictionType = 'epsilon' | 'v';

/** What a configuration says. */
export interface StatedPrediction {
  readonly prediction: PredictionType;
  /** The schedule is rescaled to end without any picture (Lin et al. 2023). */
  readonly zeroTerminal: boolean;
}

/** Who had the word. */
export type PredictionRule = 'option' | 'config' | 'metadata' | 'marker' | 'probe' | 'default';

export interface PredictionDecision extends StatedPrediction {
  readonly from: PredictionRule;
  /** For people: what gave it away. */
  readonly why: string;
}

/** What there is to decide by. */
export interface PredictionSigns {
  /** What the user says. */
  readonly option?: PredictionType | undefined;
  /** What the configuration says that lies beside the checkpoint, or in its folder, and how that file is called. */
  readonly config?: (StatedPrediction & { readonly name: string }) | undefined;
  readonly metadata: ReadonlyMap<string, string>;
  /** The names of the checkpoint's tensors. */
  readonly tensors: { has(name: string): boolean };
}

/** Other words for the two; of programs, of configurations and of people. */
const WORDS: ReadonlyMap<string, PredictionType> = new Map([
  ['epsilon', 'epsilon'],
  ['eps', 'epsilon'],
  ['noise', 'epsilon'],
  ['v', 'v'],
  ['v_prediction', 'v'],
  ['v_pred', 'v'],
  ['vpred', 'v'],
  ['velocity', 'v'],
]);

/** The prediction type that a word means; undefined for words that mean none. */
export function readPrediction(word: string): PredictionType | undefined {
  return WORDS.get(word.trim().toLowerCase().replaceAll(/[- ]/g, '_'));
}

/** Tensors whose presence speaks; they hold nothing. Also read by ComfyUI and later webuis. */
const V_MARKER = 'v_pred';
const ZERO_TERMINAL_MARKER = 'ztsnr';
const METADATA = 'modelspec.prediction_type';

/** What was said of a checkpoint; undefined where nobody said anything: then SD2's networks can be asked, and the others predict ε. */
export function statedPrediction({
  option,
  config,
  metadata,
  tensors,
}: PredictionSigns): PredictionDecision | undefined {
  const decided = (prediction: PredictionType, from: PredictionRule, why: string): PredictionDecision => ({
    prediction,
    zeroTerminal: prediction === 'v' && (config?.zeroTerminal === true || tensors.has(ZERO_TERMINAL_MARKER)),
    from,
    why,
  });
  if (option !== undefined) return decided(option, 'option', 'it was asked for');
  if (config !== undefined) return decided(config.prediction, 'config', `${config.name} says so`);
  const told = readPrediction(metadata.get(METADATA) ?? '');
  if (told !== undefined) return decided(told, 'metadata', 'its metadata say so');
  if (tensors.has(V_MARKER)) return decided('v', 'marker', `it has the marker ${V_MARKER}`);
  return undefined;
}

/** The decision where nobody said anything and nothing can be asked. */
export const DEFAULT_PREDICTION: PredictionDecision = {
  prediction: 'epsilon',
  zeroTerminal: false,
  from: 'default',
  why: 'nothing says otherwise',
};

/**
 * The decision for a checkpoint. `ask` runs its network if nothing else tells: the mean of what the network adds to its input
 * (`PROBE`). Absent for networks that are not asked.
 */
export async function decidePrediction(
  signs: PredictionSigns,
  ask?: () => Promise<number>,
): Promise<PredictionDecision> {
  const stated = statedPrediction(signs);
  if (stated !== undefined || ask === undefined) return stated ?? DEFAULT_PREDICTION;
  return {
    prediction: (await ask()) < PROBE.below ? 'v' : 'epsilon',
    zeroTerminal: false,
    from: 'probe',
    why: 'its network was asked',
  };
}

/**
 * How SD2's network is asked, as the webui does it (A1111 modules/sd_models_config.py): everything 0.5 at the noisiest step. A network
 * that predicts ε answers about its input there, one that predicts v far below it.
 */
export const PROBE: {
  readonly value: number;
  readonly size: number;
  readonly t: number;
  readonly tokens: number;
  readonly below: number;
} = { value: 0.5, size: 8, t: 999, tokens: 2, below: -1 };
