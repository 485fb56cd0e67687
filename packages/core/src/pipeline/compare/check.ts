import type { PipelineContext } from '../context.ts';
import { createJob } from '../job.ts';
import type { GenerateRequest } from '../request.ts';

/** Looks at a request as `generate` will, and loads nothing. Throws what `generate` would before the first model. */
export async function checkRequest(request: GenerateRequest, context: PipelineContext): Promise<void> {
  await createJob(request, context, {});
}
