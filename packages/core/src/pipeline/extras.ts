import { parseEdits, spellTag } from '../text/index.ts';
import type { PipelineContext } from './context.ts';
import { findNetworks, NO_NETWORKS, type PromptNetworks } from './extra-networks.ts';
import { openEmbeddings, type EmbeddingHost, type PassEmbeddings } from './prompt-embeddings.ts';
import { promptNetworks, type RequestTexts } from './prompts.ts';
import type { GenerateRequest } from './request.ts';

/** All that the prompts of a request name beside the model. */
export interface Extras {
  readonly first: PromptNetworks;
  /** Of the second pass of a hires fix, whose prompt may be another. */
  readonly second: PromptNetworks;
  /** The embeddings of a pass with these networks on a model. */
  embeddings(networks: PromptNetworks, model: { readonly networks: EmbeddingHost }): Promise<PassEmbeddings>;
}

/** Finds and opens what the prompts of a request name. Throws RequestError for unknown names, and the errors of opening files. */
export async function openExtras(
  request: GenerateRequest,
  texts: RequestTexts,
  { networks: source }: PipelineContext,
): Promise<Extras> {
  const find = (prompt: string): Promise<PromptNetworks> => findNetworks(prompt, source, request.options);
  const off = request.disable_extra_networks;
  const own = off ? NO_NETWORKS : await find(texts.prompt);
  const { prompt, negative } = texts;
  const notes = off ? [] : [...unfinished(prompt), ...misplaced(negative), ...scheduled(prompt)];
  const first = { ...own, notes: [...own.notes, ...notes] };
  const second = off ? NO_NETWORKS : texts.hiresPrompt === texts.prompt ? first : await find(texts.hiresPrompt);
  const embeddings = await openEmbeddings(Object.values(texts), source, request.options);
  return {
    first,
    second,
    embeddings: (networks, model) => embeddings(networks, model.networks),
  };
}

/** As in the webui, what is no whole tag is words, which nobody means: `<lora:name`, `< lora:name:1>`, `<lora:>`. */
function unfinished(prompt: string): string[] {
  const [found] = promptNetworks(prompt).text.match(/<\s*(?:lora|lyco|hypernet)\s*:[^<>]{0,60}>?/i) ?? [];
  return found === undefined ? [] : [`${found.trim()} is no whole tag and is read as words: write <lora:NAME:1>.`];
}

/** As in the webui, a negative prompt names no networks: their tags are words there, which hardly anybody means. */
function misplaced(negative: string): string[] {
  const { networks, unknown } = promptNetworks(negative);
  const [tag] = [...networks].filter(([kind]) => !unknown.includes(kind));
  if (!tag) return [];
  const [kind, [one]] = tag;
  return [`${spellTag(kind, one!)} in the negative prompt is read as words: networks are named in the prompt.`];
}

/** As in the webui, brackets that change words over the steps change no tags: those are taken out before. */
function scheduled(prompt: string): string[] {
  const tags = [...prompt.matchAll(/<(?:lora|lyco|hypernet):[^<>]+>/g)];
  if (tags.length === 0) return [];
  // A tag is one word here, whose colons are none of the brackets'.
  const words = prompt.replace(/<(?:lora|lyco|hypernet):[^<>]+>/g, (tag) => '-'.repeat(tag.length));
  const brackets = parseEdits(words) ?? [];
  const tag = tags.find(({ index }) => brackets.some(({ open, close }) => open < index && index < close));
  if (!tag) return [];
  const hint = tag[0].startsWith('<hypernet') ? '' : ' Strengths over the steps stand in a tag: <lora:NAME:1@0,0@0.5>.';
  return [`${tag[0]} acts at all steps: brackets change only words over them.${hint}`];
}
