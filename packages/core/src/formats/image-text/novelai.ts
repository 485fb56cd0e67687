import { pythonFloat } from '../infotext/python.ts';
import { jsonReader } from '../json-reader.ts';

/** What a NovelAI picture says of itself. */
export interface NovelAiPicture {
  readonly fields: ReadonlyMap<string, string>;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The name of the sampler with an alias such as `k_euler_ancestral`. */
  readonly samplerName: (alias: string) => string | undefined;
}

/** An infotext made of a NovelAI picture's fields, as A1111 makes it; undefined when they lack what it needs. */
export function novelAiInfotext({ fields, width, height, samplerName }: NovelAiPicture): string | undefined {
  const description = fields.get('Description');
  const comment = readComment(fields.get('Comment') ?? '');
  const [uc, steps, sampler, scale, seed] = ['uc', 'steps', 'sampler', 'scale', 'seed'].map((key) => comment?.get(key));
  if (description === undefined || uc === undefined || steps === undefined) return undefined;
  if (sampler === undefined || scale === undefined || seed === undefined) return undefined;
  return [
    description,
    `Negative prompt: ${uc}`,
    `Steps: ${steps}, Sampler: ${samplerName(sampler) ?? 'Euler a'}, CFG scale: ${scale}, Seed: ${seed}, ` +
      `Size: ${width}x${height}, Clip skip: 2, ENSD: 31337`,
  ].join('\n');
}

/** A JSON object of texts and numbers, each as Python would print it; other values are left out. Undefined for anything else. */
function readComment(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  try {
    const reader = jsonReader(text, (_, message) => {
      throw new SyntaxError(message);
    });
    reader.object((key) => {
      if (reader.isText()) found.set(key, reader.text());
      else {
        const raw = reader.raw();
        if (/^-?[0-9]+$/.test(raw)) found.set(key, raw);
        else if (/^-?[0-9]/.test(raw)) found.set(key, pythonFloat(Number(raw)));
      }
    });
    reader.end();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return found;
}
