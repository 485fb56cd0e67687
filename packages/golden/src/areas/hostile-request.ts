import { decodeUtf8 } from '@graft/core/bytes';
import { RequestError } from '@graft/core/errors';
import { parseInfotext, type Infotext } from '@graft/core/formats';
import { readRequest } from '@graft/core/pipeline';

/** Parameters of an infotext and the request fields that they become. */
const FIELDS: readonly (readonly [string, string])[] = [
  ['Prompt', 'prompt'],
  ['Negative prompt', 'negative_prompt'],
  ['Steps', 'steps'],
  ['CFG scale', 'cfg_scale'],
  ['Seed', 'seed'],
  // A size that could not be split into two numbers.
  ['Size', 'width'],
  ['Size-1', 'width'],
  ['Size-2', 'height'],
  ['Batch size', 'batch_size'],
  ['Denoising strength', 'denoising_strength'],
  ['Hires upscale', 'hr_scale'],
  ['Hires upscaler', 'hr_upscaler'],
];

/** What is wrong when the numbers of an infotext are used: nothing, if the request is refused. */
export function acceptedRequest(bytes: Uint8Array): string | undefined {
  const parameters = parseInfotext(decodeUtf8(bytes));
  try {
    readRequest('txt2img', requestBody(parameters), () => new Uint8Array());
    return 'a request with these numbers is accepted';
  } catch (error) {
    return error instanceof RequestError ? undefined : `a request with these numbers threw ${String(error)}`;
  }
}

function requestBody(parameters: Infotext): Record<string, unknown> {
  const body: Record<string, unknown> = { enable_hr: parameters.has('Hires upscaler') };
  for (const [parameter, field] of FIELDS) {
    const value = parameters.get(parameter);
    if (value !== undefined) body[field] = field === 'seed' ? seedOf(value) : numeric(value);
  }
  const clipSkip = parameters.get('Clip skip');
  if (clipSkip !== undefined) body['override_settings'] = { CLIP_stop_at_last_layers: numeric(clipSkip) };
  return body;
}

/** Texts that are numbers as numbers, as JSON would carry them; other texts as they are. */
function numeric(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? value : number;
}

/** Seeds beyond 2^53 exactly. */
function seedOf(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value;
}
