import { join } from 'node:path';
import { SdError } from '@graft/core/errors';
import { createCheckpoint } from '@graft/core/models';
import { createNetworks } from '@graft/core/pipeline';
import type { Tensor } from '@graft/core/tensor';
import {
  chunkPrompt,
  clipTokenizer,
  conditioningPlan,
  emphasisMode,
  encodeTexts,
  indexEmbeddings,
  padPair,
  rowsAt,
  stackRows,
  tokenWindow,
  type Chunk,
  type ChunkEncoder,
  type EmbeddingIndex,
  type EncodeOptions,
  type Tokenizer,
} from '@graft/core/text';
import { verdict, type Area, type Folder, type Tolerance } from '../area.ts';
import { goldenEngine, goldenFile, goldenText } from '../engine.ts';

/** The text encoder of a checkpoint, as these cases need it. */
export interface TextEncoderUnderTest {
  readonly encode: ChunkEncoder;
  /**
   * The states of one chunk of 77 ids, [1, 77, width] each: before the first block, after each, and the last after the
   * final norm.
   */
  layers(ids: readonly number[]): Promise<{ readonly hidden: readonly Tensor[]; readonly last: Tensor }>;
}

/** Opens the text encoder of a checkpoint file. `embeddings`: [vectors, width] by the names that placements use. */
export type OpenTextEncoder = (
  checkpoint: string,
  embeddings: ReadonlyMap<string, Tensor>,
) => Promise<TextEncoderUnderTest>;

type Verdict = ReturnType<typeof verdict>;

interface Options {
  readonly emphasis?: string;
  readonly CLIP_stop_at_last_layers?: number;
  readonly comma_padding_backtrack?: number;
  readonly use_old_emphasis_implementation?: boolean;
}

interface Common {
  readonly id: string;
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance;
}

interface EncodeCase extends Common {
  readonly kind: 'encode';
  readonly texts: readonly string[];
  readonly options: Options;
  readonly chunks?: readonly object[];
}

interface LayersCase extends Common {
  readonly kind: 'layers';
  readonly text: string;
  readonly ids: readonly number[];
}

interface PairCase extends Common {
  readonly kind: 'pair';
  readonly prompt: string;
  readonly negative_prompt: string;
  readonly steps: number;
  readonly hires_steps?: number | null;
  readonly call: number;
  readonly parts: readonly (readonly (readonly [number, number])[])[];
  readonly pad_cond_uncond?: PaddedShapes;
  readonly pad_cond_uncond_v0?: PaddedShapes;
}

interface PaddedShapes {
  readonly cond: readonly number[];
  readonly uncond: readonly number[];
}

interface Index {
  readonly embeddings: readonly { readonly name: string; readonly vectors: number; readonly tensor: string }[];
  readonly cases: readonly (EncodeCase | LayersCase | PairCase)[];
}

interface Setup {
  readonly folder: Folder;
  readonly tokenizer: Tokenizer;
  readonly embeddings: EmbeddingIndex;
  readonly encoder: TextEncoderUnderTest | undefined;
}

/** Prompts as the model gets them. Without an encoder only what needs no weights is checked, and the cases wait. */
export function conditioningArea(open: OpenTextEncoder | undefined): Area {
  return {
    name: 'conditioning',
    async *run(folder) {
      const index = folder.index as Index;
      const tokenizer = clipTokenizer();
      const vectors = new Map<string, Tensor>();
      for (const { name, tensor } of index.embeddings) vectors.set(name, await folder.tensor(tensor));
      const encoder = await open?.(join(folder.models, 'pico.safetensors'), vectors);
      const setup = { folder, tokenizer, embeddings: indexEmbeddings(index.embeddings, tokenizer), encoder };
      for (const one of index.cases) {
        const result = verdict(one.id);
        try {
          await check(one, result, setup);
        } catch (error) {
          result.fail(error instanceof SdError ? `${error.name}: ${error.message}` : String(error));
        }
        const done = result.result();
        yield encoder === undefined && done.status === 'passed'
          ? { id: one.id, status: 'waiting', note: 'a text encoder to run' }
          : done;
      }
    },
  };
}

/** The area on the run's engine. */
export const conditioning: Area = conditioningArea(async (path, embeddings) => {
  const networks = createNetworks(await goldenEngine(), createCheckpoint({ main: await goldenFile(path) }));
  return {
    encode: goldenText(networks, embeddings),
    async layers(ids) {
      const tower = networks.texts.te1!;
      const { z: last } = await tower.encode([ids], { state: 1, norm: true });
      return { hidden: await tower.states([ids]), last };
    },
  };
});

function check(one: Index['cases'][number], result: Verdict, setup: Setup): Promise<void> {
  if (one.kind === 'encode') return checkEncode(one, result, setup);
  return one.kind === 'layers' ? checkLayers(one, result, setup) : checkPair(one, result, setup);
}

async function checkEncode(one: EncodeCase, result: Verdict, setup: Setup): Promise<void> {
  const { tokenizer, encoder } = setup;
  const options = readOptions(one.options, setup);
  if (one.chunks !== undefined)
    result.same(
      'chunks',
      one.texts.map((text) => shown(chunkPrompt(text, tokenizer, options).chunks)),
      one.chunks,
    );
  if (encoder === undefined) return;
  const { z } = await encodeTexts(one.texts, tokenizer, encoder.encode, options);
  await compare('z', z, one, result, setup);
}

function shown(chunks: readonly Chunk[]): object {
  return {
    tokens: chunks.map(({ tokens }) => tokens),
    multipliers: chunks.map(({ weights }) => weights),
    fixes: chunks.map(({ placements }) => placements.map(({ offset, embedding }) => [offset, embedding.name])),
  };
}

async function checkLayers(one: LayersCase, result: Verdict, setup: Setup): Promise<void> {
  const { tokenizer, encoder } = setup;
  result.same('ids', tokenWindow(tokenizer, one.text), one.ids);
  if (encoder === undefined) return;
  const { hidden, last } = await encoder.layers(one.ids);
  for (const name of Object.keys(one.tensors)) {
    const state = name === 'last' ? last : hidden[Number(name.replace('hidden', ''))];
    if (state === undefined) result.fail(`${name}: no such state`);
    else await compare(name, state, one, result, setup);
  }
}

async function checkPair(one: PairCase, result: Verdict, setup: Setup): Promise<void> {
  const { tokenizer, encoder } = setup;
  const plan = conditioningPlan([one.prompt], [one.negative_prompt], {
    steps: one.steps,
    hiresSteps: one.hires_steps ?? undefined,
  });
  const rows = rowsAt(plan, one.call);
  result.same(
    'parts',
    rows.parts.map((parts) => parts.map(({ row, weight }) => [row, weight])),
    one.parts,
  );
  if (encoder === undefined) return;
  const encode = async (texts: readonly string[]): Promise<Tensor> =>
    (await encodeTexts(texts, tokenizer, encoder.encode, { embeddings: setup.embeddings })).z;
  const encodeAll = (schedules: typeof plan.positive): Promise<Tensor[]> =>
    Promise.all(schedules.map((entries) => encode(entries.map(({ text }) => text))));
  const cond = stackRows(await encodeAll(plan.positive), rows.positive);
  const uncond = stackRows(await encodeAll(plan.negative), rows.negative);
  await compare('cond', cond, one, result, setup);
  await compare('uncond', uncond, one, result, setup);
  const empty = await encode(['']);
  for (const option of ['pad_cond_uncond', 'pad_cond_uncond_v0'] as const) {
    const expected = one[option];
    if (expected === undefined) continue;
    const padded = padPair(cond, uncond, empty, {
      empty: option === 'pad_cond_uncond',
      v0: option === 'pad_cond_uncond_v0',
    });
    result.same(option, { cond: padded.cond.shape, uncond: padded.uncond.shape }, expected);
    for (const [side, before] of [
      ['cond', cond],
      ['uncond', uncond],
    ] as const) {
      const name = `${option}.${side}_tail`;
      if (name in one.tensors) await compare(name, tail(padded[side], before.shape[1]!), one, result, setup);
    }
  }
}

async function compare(name: string, actual: Tensor, one: Common, result: Verdict, { folder }: Setup): Promise<void> {
  const expected = await folder.tensor(one.tensors[name]!);
  result.close(name, actual.data, expected.data, one.tolerance);
}

/** The tokens that padding added. */
function tail({ shape, data }: Tensor, from: number): Tensor {
  const [rows = 0, tokens = 0, width = 0] = shape;
  const parts = Array.from({ length: rows }, (_, row) =>
    data.subarray((row * tokens + from) * width, (row + 1) * tokens * width),
  );
  return {
    shape: [rows, tokens - from, width],
    data: Float32Array.from(parts.flatMap((part) => Array.from(part))),
  };
}

function readOptions(options: Options, { embeddings }: Setup): EncodeOptions {
  return {
    embeddings,
    emphasis: emphasisMode(options.emphasis ?? 'Original'),
    clipSkip: options.CLIP_stop_at_last_layers,
    commaBacktrack: options.comma_padding_backtrack,
    oldEmphasis: options.use_old_emphasis_implementation,
  };
}
