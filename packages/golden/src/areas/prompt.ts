import { SdError } from '@graft/core/errors';
import {
  applyStyles,
  chunkPrompt,
  chunkPromptOld,
  clipTokenizer,
  composeAnd,
  countTokens,
  emphasisMode,
  entryAt,
  extractStyles,
  indexEmbeddings,
  parseAttention,
  parseNetworks,
  readStyles,
  removeComments,
  schedule,
  tokenLimit,
  type Chunk,
  type EmbeddingIndex,
  type Tokenizer,
} from '@graft/core/text';
import { verdict, type Area } from '../area.ts';

type Same = (part: string, actual: unknown, expected: unknown) => void;

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly error?: string;
  readonly [field: string]: unknown;
}

interface Index {
  readonly embeddings: readonly { readonly name: string; readonly vectors: number; readonly ids: readonly number[] }[];
  readonly cases: readonly Case[];
}

interface Setup {
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingIndex;
}

/** The prompt language, exact. */
export const prompt: Area = {
  name: 'prompt',
  async *run(folder) {
    const index = folder.index as Index;
    const tokenizer = clipTokenizer();
    const setup = { tokenizer, embeddings: indexEmbeddings(index.embeddings, tokenizer) };
    for (const one of index.cases) {
      const result = verdict(one.id);
      for (const { name, ids } of index.embeddings) result.same(`ids of ${name}`, tokenizer.encode(name), ids);
      const check = KINDS[one.kind];
      try {
        if (check === undefined) result.fail(`no such kind: ${one.kind}`);
        else check(one, (part, actual, expected) => result.same(part, actual, expected), setup);
        if (one.error !== undefined) result.fail(`got an answer, expected ${one.error}`);
      } catch (error) {
        if (one.error === undefined || !(error instanceof SdError)) result.fail(String(error));
      }
      yield result.result();
    }
  },
};

const KINDS: Readonly<Record<string, (one: Case, same: Same, setup: Setup) => void>> = {
  attention(one, same) {
    same(
      'pieces',
      parseAttention(one.text).map(({ text, weight }) => [text, weight]),
      one['result'] ?? null,
    );
  },
  schedule(one, same) {
    const entries = schedule(one.text, {
      steps: one['steps'] as number,
      hiresSteps: (one['hires_steps'] as number | null) ?? undefined,
      old: one['old'] as boolean,
    });
    same(
      'entries',
      entries.map(({ end, text }) => [end, text]),
      one['result'],
    );
    const calls = one['entry_of_call'] as number[];
    same(
      'entry_of_call',
      calls.map((_, call) => entryAt(entries, call)),
      calls,
    );
  },
  and(one, same) {
    const { texts, prompts } = composeAnd(one['prompts'] as string[]);
    same('texts', texts, one['texts']);
    same(
      'parts',
      prompts.map((parts) => parts.map(({ index, weight }) => [index, weight])),
      one['parts'],
    );
  },
  networks(one, same) {
    const { texts, found } = parseNetworks(one['prompts'] as string[]);
    const listed = [...found].map(([name, tags]): [string, unknown] => [
      name,
      tags.map(({ items, positional, named }) => ({ items, positional, named: Object.fromEntries(named) })),
    ]);
    same('texts', texts, one['texts']);
    same('found', Object.fromEntries(listed), one['found']);
  },
  comments(one, same) {
    same('result', removeComments(one.text), one['result']);
  },
  styles(one, same) {
    const styles = readStyles(one['csv'] as string);
    same(
      'styles',
      styles.map((style) => ({ name: style.name, prompt: style.prompt, negative_prompt: style.negative })),
      one['styles'],
    );
    const before = { prompt: one['prompt'] as string, negative: one['negative_prompt'] as string };
    const after = applyStyles(before, one['use'] as string[], styles);
    same('result', [after.prompt, after.negative], one['result']);
    const taken = extractStyles(after, styles);
    same('extracted', { styles: taken.names, prompt: taken.prompt, negative_prompt: taken.negative }, one['extracted']);
  },
  chunks(one, same, { tokenizer, embeddings }) {
    const options = one['options'] as { readonly emphasis?: string; readonly comma_padding_backtrack?: number };
    const { chunks, count } = chunkPrompt(one.text, tokenizer, {
      embeddings,
      emphasis: emphasisMode(options.emphasis ?? 'Original'),
      commaBacktrack: options.comma_padding_backtrack,
    });
    same('result', { chunks: chunks.map(shown), token_count: count, limit: tokenLimit(count) }, one['result']);
  },
  old_emphasis(one, same, { tokenizer, embeddings }) {
    const { chunks, count } = chunkPromptOld(one.text, tokenizer, { embeddings });
    same(
      'result',
      { ...shown(chunks[0]!), token_count: count },
      {
        tokens: one['tokens'],
        multipliers: one['multipliers'],
        fixes: one['fixes'],
        token_count: one['token_count'],
      },
    );
  },
  counter(one, same, { tokenizer, embeddings }) {
    const { count, limit } = countTokens(one.text, tokenizer, {
      embeddings,
      steps: one['steps'] as number,
      positive: one['positive'] as boolean,
    });
    same('result', [count, limit], one['result'] ?? null);
  },
};

function shown({ tokens, weights, placements }: Chunk): object {
  return {
    tokens,
    multipliers: weights,
    fixes: placements.map(({ offset, embedding }) => [offset, embedding.name]),
  };
}
