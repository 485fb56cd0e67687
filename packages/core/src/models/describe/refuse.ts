import { ModelError } from '../../errors/index.ts';
import type { ModelFile } from '../../formats/index.ts';
import { withArticle } from './article.ts';
import type { Description } from './description.ts';

/** Throws ModelError, which names it, for a file of a kind that Graft knows and does not draw with. */
export function refuseForeign({ name, kind, what }: Description): void {
  if (kind !== 'unsupported') return;
  throw new ModelError(name, `is ${withArticle(what)}, which Graft does not draw with`, {
    hint: 'Graft draws with Stable Diffusion 1, 2 and XL.',
  });
}

/** Ends of tensor names that come with weights in another form than plain numbers, and what that form is called. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)(scaled_fp8|scale_weight|weight_scale)$/, 'scaled fp8'],
  [/\.quant_state\.bitsandbytes__|\.absmax$/, 'the four bits of bitsandbytes'],
];

/** Throws ModelError for weights that are no plain numbers: read as such, they would draw noise. */
export function refuseQuantised({ name, tensors }: ModelFile): void {
  for (const [pattern, form] of FORMS) {
    for (const key of tensors.keys()) {
      if (!pattern.test(key)) continue;
      throw new ModelError(name, `has weights in ${form}, which Graft does not read`, {
        hint: 'Take the file with fp16, or plain fp8, weights.',
      });
    }
  }
}
