import type { Embedding } from '../adapters/textual-inversion/index.ts';
import { RequestError } from '../errors/index.ts';
import { SINUSOID, type TowerUse, type TowerMaker, type VectorPart } from '../models/index.ts';
import { sinusoid } from '../nn/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import {
  chunkBatch,
  clipTokenizer,
  encodeTexts,
  indexEmbeddings,
  openClipTokenizer,
  type EncodedText,
  type EncodeOptions,
  WINDOW,
  type Tokenizer,
} from '../text/index.ts';
import { chunkEncoder } from './chunk-encoder.ts';
import type { Networks, TextNetwork, UNetText } from './networks.ts';
import type { Options } from './options.ts';
import type { PassEmbeddings } from './prompt-embeddings.ts';

/** What an infotext tells of one schedule's texts, which are encoded together. */
export interface EncodedTexts {
  /** Embeddings that stand in them, each once. */
  readonly embeddings: readonly string[];
  /** Embeddings of other base models whose names are in them, and mean nothing. */
  readonly misfits: readonly Embedding[];
  /** Those of the embeddings whose name is also a word: its meaning is not in the texts. */
  readonly taken: readonly string[];
  /** Those of the embeddings that several files are. */
  readonly doubled: readonly string[];
  /** A bracket is in them, which may weight words. */
  readonly brackets: boolean;
}

/** A model's conditioning of texts. */
export interface PromptEncoder {
  /** Texts of one schedule as a batch → context [texts, tokens, d], vector [texts, v]. Throws the errors of the prompt language. */
  encode(texts: readonly string[], side: 'positive' | 'negative'): Promise<UNetText>;
  /** What each text encoder tells of them, without encoding. */
  told(texts: readonly string[]): readonly EncodedTexts[];
}

export interface PromptEncoderOptions {
  readonly options: Options;
  readonly embeddings?: PassEmbeddings | undefined;
  /** Of the pictures of the pass, in pixels. */
  readonly size: { readonly width: number; readonly height: number };
}

/** Encodes prompts as the base model of these networks does (A1111 `modules/sd_models_xl.py`, `modules/sd_hijack_clip.py`). */
export function promptEncoder(
  { conditioning, texts: networks }: Pick<Networks, 'conditioning' | 'texts'>,
  { options, embeddings, size }: PromptEncoderOptions,
): PromptEncoder {
  const { misfits = [] } = embeddings ?? {};
  const towers = conditioning.towers.map((use) => {
    const network = networks[use.component]!;
    const tokenizer = tokenizerOf(use.maker);
    const vectors = embeddings?.vectors(use.component);
    const encoding: EncodeOptions = {
      emphasis: options.emphasis,
      clipSkip: options.CLIP_stop_at_last_layers,
      commaBacktrack: options.comma_padding_backtrack,
      oldEmphasis: options.use_old_emphasis_implementation,
      embeddings: embeddings && indexEmbeddings(embeddings.names, tokenizer),
    };
    const encoder = chunkEncoder(network, { use, clipLSkip: options.sdxl_clip_l_skip, vectors });
    const all = [...(embeddings?.names ?? []), ...misfits.map(({ name, count }) => ({ name, vectors: count }))];
    const withMisfits = misfits.length === 0 ? encoding : { ...encoding, embeddings: indexEmbeddings(all, tokenizer) };
    return { use, network, tokenizer, encoding, withMisfits, encoder };
  });

  return {
    async encode(texts, side) {
      // The encoders clean texts each in its own way, so one may need more chunks than the other.
      const chunked = towers.map(({ tokenizer, encoding }) => chunkBatch(texts, tokenizer, encoding));
      const chunks = Math.max(...chunked.map(({ length }) => length));
      const blank = conditioning.zeroEmptyNegative && side === 'negative' && texts.every((text) => text === '');
      const encoded: EncodedText[] = [];
      for (const { use, network, tokenizer, encoding, encoder } of towers)
        encoded.push(
          blank
            ? zeros(network, use, [texts.length, chunks * WINDOW])
            : await encodeTexts(texts, tokenizer, encoder, { ...encoding, chunks }),
        );
      const context = sideBySide(encoded.map(({ z }) => z));
      const heaviest = chunked
        .flat(2)
        .reduce((max, { weights }) => weights.reduce((most, w) => Math.max(most, Math.abs(w)), max), 0);
      if (heaviest > HEAVY && !context.data.every(Number.isFinite)) throw tooHeavy(heaviest);
      const pooled = encoded.find((one) => one.pooled)?.pooled;
      if (!pooled) return { context };
      const numbers = conditioning.vector.flatMap((part) => numbersOf(part, { options, size, side }));
      return { context, vector: vectorOf(pooled, numbers) };
    },
    told: (texts) =>
      towers.map(({ tokenizer, encoding, withMisfits }) => {
        const namesIn = (options: EncodeOptions): ReadonlySet<string> =>
          new Set(
            chunkBatch(texts, tokenizer, options)
              .flat()
              .flatMap((chunk) => chunk.placements.map(({ embedding }) => embedding.name)),
          );
        const said = misfits.length === 0 ? undefined : namesIn(withMisfits);
        const names = [...namesIn(encoding)];
        return {
          embeddings: names,
          // One token is a word that the encoder knows.
          taken: names.filter((name) => tokenizer.encode(name).length === 1),
          misfits: misfits.filter(({ name }) => said?.has(name)),
          doubled: names.filter((name) => embeddings?.doubled.has(name)),
          brackets: texts.some((text) => /[([]/.test(text)),
        };
      }),
  };
}

/** Encoded texts that are no numbers are the fault of weights beyond this, and of nothing else. */
const HEAVY = 1000;

function tooHeavy(weight: number): RequestError {
  return new RequestError('prompt', `a weight of ${weight.toPrecision(2)} is too large to count with`, {
    hint: 'Use a smaller weight, or fewer brackets.',
  });
}

function tokenizerOf(maker: TowerMaker): Tokenizer {
  return maker === 'openai' ? clipTokenizer() : openClipTokenizer();
}

/** A1111's settings and the size of the pass as the UNet was trained to read them. */
function numbersOf(
  part: VectorPart,
  {
    options,
    size: { width, height },
    side,
  }: Pick<PromptEncoderOptions, 'options' | 'size'> & { readonly side: string },
): number[] {
  switch (part) {
    case 'original-size':
    case 'target-size':
      return [height, width];
    case 'crop':
      return [options.sdxl_crop_top, options.sdxl_crop_left];
    case 'aesthetic-score':
      return [
        side === 'negative' ? options.sdxl_refiner_low_aesthetic_score : options.sdxl_refiner_high_aesthetic_score,
      ];
  }
}

/** Pooled texts [texts, p] and the sinusoids of numbers → [texts, v]. */
function vectorOf(pooled: Tensor, numbers: readonly number[]): Tensor {
  const [texts = 0, width = 0] = pooled.shape;
  const rest = numbers.flatMap((number) => [...sinusoid(number, SINUSOID)]);
  const out = tensor([texts, width + rest.length]);
  for (let i = 0; i < texts; i++) {
    out.data.set(pooled.data.subarray(i * width, (i + 1) * width), i * (width + rest.length));
    out.data.set(rest, i * (width + rest.length) + width);
  }
  return out;
}

/** Tensors of the same texts and tokens, joined on the last axis. */
function sideBySide(parts: readonly Tensor[]): Tensor {
  const [texts = 0, tokens = 0] = parts[0]!.shape;
  const widths = parts.map(({ shape }) => shape[2]!);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const out = tensor([texts, tokens, width]);
  let at = 0;
  parts.forEach(({ data }, i) => {
    const own = widths[i]!;
    for (let row = 0; row < texts * tokens; row++)
      out.data.set(data.subarray(row * own, (row + 1) * own), row * width + at);
    at += own;
  });
  return out;
}

/** What an encoder says to nothing, where that is zeros. */
function zeros(
  { config, pooled }: TextNetwork,
  use: TowerUse,
  [texts, tokens]: readonly [texts: number, tokens: number],
): EncodedText {
  return {
    z: tensor([texts, tokens, config.width]),
    pooled: use.pooled ? tensor([texts, pooled]) : undefined,
  };
}
