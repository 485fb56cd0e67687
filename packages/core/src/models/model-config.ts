import { FormatError } from '../errors/index.ts';
import type { StatedPrediction } from './prediction.ts';

/** The longest configuration that is read, in characters: real ones have about three thousand, and the reader's time grows with the square. */
const LIMIT = 1 << 15;

/** Targets of the denoiser's scaling in Stability's generative-models, by the end of their names. */
const V_SCALING = /(^|\.)VScaling$/;
const OTHER_SCALING = /(^|\.)(EDMScaling|VScalingWithEDMcNoise|RectifiedFlowScaling)$/;

/**
 * What the `.yaml` beside a checkpoint says of the noise: `parameterization` of the original code (absent: ε), or the denoiser's scaling
 * in generative-models. Undefined for a text that describes no model. Throws FormatError for what is no YAML, or a denoiser that Graft
 * does not have.
 */
export async function readModelConfig(text: string, name: string): Promise<StatedPrediction | undefined> {
  if (text.length > LIMIT) throw new FormatError('too-large', name, `has ${text.length} characters`);
  const model = at(await parse(text, name), 'model', 'params');
  if (model === undefined) return undefined;
  const scaling = at(model, 'denoiser_config', 'params', 'scaling_config', 'target');
  if (typeof scaling === 'string' && OTHER_SCALING.test(scaling))
    throw new FormatError('unsupported', name, `asks for ${scaling.split('.').at(-1)}, which Graft does not have`);
  const parameterization = at(model, 'parameterization');
  const v = parameterization === 'v' || (typeof scaling === 'string' && V_SCALING.test(scaling));
  return { prediction: v ? 'v' : 'epsilon', zeroTerminal: false };
}

async function parse(text: string, name: string): Promise<unknown> {
  // Few checkpoints have such a file, so its reader is loaded when one does.
  const yaml = await import('yaml');
  try {
    return yaml.parse(text, { logLevel: 'error', uniqueKeys: false });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new FormatError('bad-header', name, `is no YAML that can be read: ${why}`, {
      hint: 'Correct the file, or move it away so that the checkpoint speaks for itself.',
      cause: error,
    });
  }
}

/** The value at a path of keys in mappings; undefined where the path ends. */
function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  );
}
