import type { ModelOutline, ModelWish } from '@graft/core/pipeline';
import type { LocalModels } from '../../model-source.ts';
import type { Arguments } from '../arguments.ts';

/** Options that put a text encoder in the place of every checkpoint's own. */
const OPTIONS = [
  { name: 'text-encoder', component: 'te1', what: 'first' },
  { name: 'text-encoder-2', component: 'te2', what: 'second' },
] as const;

export interface EncoderWatch {
  /** As that of the models. */
  outline(wish: ModelWish): Promise<ModelOutline>;
  /** What to tell of text encoders that no model has had a place for, once all have been looked at. */
  notes(): readonly string[];
}

/** Whether a command line gives text encoders. */
export function givesEncoders(given: Pick<Arguments, 'has'>): boolean {
  return OPTIONS.some(({ name }) => given.has(name));
}

/** Looks which text encoders the models use that are asked for: one that is given may be for a refiner, or for one cell of many. */
export function watchEncoders(given: Pick<Arguments, 'has'>, models: Pick<LocalModels, 'outline'>): EncoderWatch {
  const names = new Set<string>();
  const used = new Set<string>();
  return {
    async outline(wish) {
      const outline = await models.outline(wish);
      names.add(outline.name);
      for (const component of Object.keys(outline.networks.texts)) used.add(component);
      return outline;
    },
    notes: () =>
      OPTIONS.filter(({ name, component }) => given.has(name) && !used.has(component)).map(
        ({ name, what }) => `--${name} does nothing: there is no ${what} text encoder in ${[...names].join(', ')}.`,
      ),
  };
}
