import type { PipelineContext } from '../context.ts';
import { createJob, wishOf } from '../job.ts';
import { openLaterModels } from '../later-models.ts';
import type { ModelWish } from '../model.ts';
import type { ModelOutline } from '../outline.ts';
import type { GenerateRequest } from '../request.ts';

/**
 * Looks at a request as `generate` will, and loads nothing: models are asked for their outlines. Throws what `generate` would before any
 * work, as far as headers tell.
 */
export async function checkRequest(
  request: GenerateRequest,
  context: PipelineContext,
  outline: (wish: ModelWish) => Promise<ModelOutline>,
): Promise<void> {
  const job = await createJob(request, context, {});
  const open = (checkpoint?: string): Promise<ModelOutline> => outline(wishOf(request, checkpoint));
  await openLaterModels({ ...job, open }, await open());
}
