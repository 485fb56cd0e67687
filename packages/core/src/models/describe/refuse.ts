import { ModelError } from '../../errors/index.ts';
import type { Description } from './description.ts';

/** Throws ModelError, which names it, for a file of a kind that Graft knows and does not draw with. */
export function refuseForeign({ name, kind, what }: Description): void {
  if (kind !== 'unsupported') return;
  throw new ModelError(name, `is ${/^[AEIOU]/i.test(what) ? 'an' : 'a'} ${what}, which Graft does not draw with`, {
    hint: 'Graft draws with Stable Diffusion 1, 2 and XL.',
  });
}
