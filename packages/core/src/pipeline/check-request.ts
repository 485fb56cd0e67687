import type { Sampler } from '../diffusion/index.ts';
import type { PipelineContext } from './context.ts';
import { createJob, wishOf } from './job.ts';
import { openLaterModels } from './later-models.ts';
import type { ModelWish } from './model.ts';
import type { ModelOutline } from './outline.ts';
import type { GenerateRequest } from './request.ts';

/** A request that can be drawn, as far as headers tell, and what draws it. */
export interface CheckedRequest {
  readonly request: GenerateRequest;
  /** Of each pass. */
  readonly samplers: readonly Sampler[];
  /** Of each pass, and its refiners. */
  readonly models: readonly ModelOutline[];
}

/**
 * Looks at a request as `generate` will, and loads nothing: models are asked for their outlines. Throws what `generate` would before any
 * work, as far as headers tell.
 */
export async function checkRequest(
  request: GenerateRequest,
  context: PipelineContext,
  outline: (wish: ModelWish) => Promise<ModelOutline>,
): Promise<CheckedRequest> {
  const job = await createJob(request, context, {});
  const models: ModelOutline[] = [];
  const open = async (checkpoint?: string): Promise<ModelOutline> => {
    const model = await outline(wishOf(request, checkpoint));
    models.push(model);
    return model;
  };
  await openLaterModels({ ...job, open }, await open());
  const choices = [job.choice, ...(job.hires ? [job.hires.choice] : [])];
  return { request, samplers: choices.map(({ sampler }) => sampler), models };
}
