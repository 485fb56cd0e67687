import { clipTokenizer, openClipTokenizer, tokenWindow } from '@graft/core/text';
import { verdict, type Area } from '../area.ts';

interface Case {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  readonly ids: readonly number[];
  readonly ids_open_clip?: readonly number[];
  readonly pieces?: readonly string[];
  readonly decoded?: string;
}

/** Texts and their ids: the tokenizers of SD1 and of SD2, exact. */
export const tokenizer: Area = {
  name: 'tokenizer',
  async *run(folder) {
    const { cases } = folder.index as { readonly cases: readonly Case[] };
    const clip = clipTokenizer();
    const openClip = openClipTokenizer();
    for (const one of cases) {
      const result = verdict(one.id);
      if (one.group === 'window') {
        result.same('ids', tokenWindow(clip, one.text), one.ids);
      } else {
        const ids = clip.encode(one.text);
        result.same('ids', ids, one.ids);
        result.same('ids_open_clip', openClip.encode(one.text), one.ids_open_clip ?? one.ids);
        if (one.pieces !== undefined)
          result.same(
            'pieces',
            one.ids.map((id) => clip.piece(id)),
            one.pieces,
          );
        if (one.decoded !== undefined) result.same('decoded', clip.decode(one.ids), one.decoded);
      }
      yield result.result();
    }
  },
};
