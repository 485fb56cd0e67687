import { dirname } from 'node:path';
import type { ImageCodec } from '@graft/core/image';
import type { GenerateRequest } from '@graft/core/pipeline';
import type { Style } from '@graft/core/text';
import type { LocalModels, NamedFile } from '../../model-source.ts';
import type { Arguments } from '../arguments.ts';
import type { Composed } from './compose.ts';
import { readStyleFile } from './context.ts';
import { readRequestFor } from './fill-in.ts';
import { checkFolder, checkTarget, planOutput, type Output } from './output.ts';
import { askedBy, checkPartners } from './partners.ts';

/** A request that can be carried out, as far as can be told before a model is loaded. */
export interface Prepared {
  readonly request: GenerateRequest;
  readonly checkpoint: NamedFile;
  readonly output: Output;
  readonly styles: readonly Style[];
  /** Pictures that will be drawn. */
  readonly count: number;
}

/** Finds models and sizes, and checks everything else. Throws RequestError, FormatError, SdError `file`. */
export async function prepare(
  given: Arguments,
  composed: Composed,
  sources: { readonly models: LocalModels; readonly codec: ImageCodec },
): Promise<Prepared> {
  checkPartners(askedBy(given), [composed.body], composed.kind);
  const { request, checkpoint } = await readRequestFor(given, composed, sources);
  const images = request.kind === 'img2img' ? request.init_images.length : 1;
  const count = request.n_iter * Math.max(request.batch_size, images);
  const output = await planOutput(
    { output: given.value('output'), format: given.value('format'), quality: given.value('quality') },
    count,
  );
  const preview = given.value('preview');
  if (preview !== undefined) {
    checkTarget(preview, '--preview');
    await checkFolder(dirname(preview));
  }
  return { request, checkpoint, output, styles: readStyleFile(given.value('styles')), count };
}
