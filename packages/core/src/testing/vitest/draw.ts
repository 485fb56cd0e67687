import type { Picture } from '../../image/index.ts';
import {
  generate,
  readRequest,
  type GeneratedPicture,
  type GenerateHooks,
  type GenerateRequest,
  type LoadedModel,
  type NetworkSource,
  type PipelineContext,
} from '../../pipeline/index.ts';
import { fakeCodec, fakeModel } from './fake-model.ts';

export interface DrawOptions {
  readonly kind?: GenerateRequest['kind'];
  /** By the names that requests have for them; '' is the first. */
  readonly models?: readonly LoadedModel[];
  /** What `init_images` and `mask` mean by their one byte. */
  readonly pictures?: readonly Picture[];
  /** What prompts name. */
  readonly networks?: NetworkSource;
  readonly hooks?: GenerateHooks;
}

/** Starts a request on models without an engine; 32 × 32 pixels in four steps of Euler unless it says otherwise. */
export function drawing(
  fields: Readonly<Record<string, unknown>>,
  { kind = 'txt2img', models = [fakeModel()], pictures = [], networks, hooks }: DrawOptions = {},
): AsyncGenerator<GeneratedPicture, void, undefined> {
  const body = {
    prompt: 'a cat',
    seed: 1,
    subseed: 2,
    steps: 4,
    sampler_name: 'Euler',
    width: 32,
    height: 32,
    ...fields,
  };
  const context: PipelineContext = {
    models: { open: async ({ checkpoint }) => models.find(({ name }) => name === checkpoint) ?? models[0]! },
    codec: fakeCodec(pictures),
    randomSeed: () => 7n,
    ...(networks ? { networks } : {}),
  };
  return generate(
    readRequest(kind, body, () => new Uint8Array()),
    context,
    hooks,
  );
}

/** All pictures of a request. */
export async function draw(
  fields: Readonly<Record<string, unknown>>,
  options: DrawOptions = {},
): Promise<GeneratedPicture[]> {
  const all: GeneratedPicture[] = [];
  for await (const one of drawing(fields, options)) all.push(one);
  return all;
}
