import type { ModelFile } from '@graft/core/formats';
import { asCheckpointFile } from '@graft/core/models';
import { findPlaces } from '@graft/core/models/names';

/** A text encoder of a checkpoint. */
export interface TowerFacts {
  /** Whose names it has: Hugging Face's or OpenCLIP's. */
  readonly naming: 'hf' | 'openclip';
  readonly width: number;
  readonly layers: number;
}

const TOKENS = /(^|\.)token_embedding\.weight$/;
const LAYER = /(?:\.layers|\.resblocks)\.(\d+)\./;

/** The text encoders that a checkpoint brings, the first one first. */
export function textTowers(file: ModelFile): TowerFacts[] {
  const { tensors } = asCheckpointFile(file);
  const places = findPlaces(tensors).filter(({ component }) => component === 'te1' || component === 'te2');
  return places
    .toSorted((a, b) => (a.component < b.component ? -1 : 1))
    .map(({ prefix, naming }) => {
      let [width, layers] = [0, 0];
      for (const [key, { shape }] of tensors) {
        if (!key.startsWith(prefix)) continue;
        if (TOKENS.test(key)) width = shape[1] ?? 0;
        const layer = LAYER.exec(key)?.[1];
        if (layer !== undefined) layers = Math.max(layers, Number(layer) + 1);
      }
      return { naming: naming === 'openclip' ? 'openclip' : 'hf', width, layers };
    });
}
