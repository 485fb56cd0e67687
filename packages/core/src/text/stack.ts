import { ShapeError } from '../errors/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import type { RowReference } from './plan.ts';

/**
 * Stacks encoded texts for one model call. `encoded`: per schedule [entries, tokens, width]. → [rows, most tokens,
 * width]; a shorter row is filled with its last vector. A1111 `modules/prompt_parser.py` stack_conds.
 */
export function stackRows(encoded: readonly Tensor[], rows: readonly RowReference[]): Tensor {
  const parts = rows.map(({ schedule, entry }) => rowOf(encoded[schedule]!, entry));
  const tokens = parts.reduce((most, { shape }) => Math.max(most, shape[0]!), 0);
  const width = parts[0]?.shape[1] ?? 0;
  const out = tensor([parts.length, tokens, width]);
  parts.forEach((part, i) => out.data.set(fillTo(part, tokens).data, i * tokens * width));
  return out;
}

/** The same for one vector a text. `encoded`: per schedule [entries, width]. → [rows, width] */
export function stackVectors(encoded: readonly Tensor[], rows: readonly RowReference[]): Tensor {
  const asTokens = encoded.map(({ shape: [entries = 0, width = 0], data }) => ({ shape: [entries, 1, width], data }));
  const { shape, data } = stackRows(asTokens, rows);
  return tensor([shape[0]!, shape[2]!], data);
}

export interface PaddingOptions {
  /** Append encoded empty prompts to the shorter (`pad_cond_uncond`). */
  readonly empty?: boolean | undefined;
  /** Repeat uncond's last vector, or cut uncond, to cond's length (`pad_cond_uncond_v0`); goes before `empty`. */
  readonly v0?: boolean | undefined;
}

/** What the model gets at one call, and whether a padding option changed it: that is written in the infotext. */
export interface PaddedPair {
  /** [rows, tokens, width] each. */
  readonly cond: Tensor;
  readonly uncond: Tensor;
  readonly padded: boolean;
}

/**
 * Brings cond and uncond to one length if an option asks for it. `empty`: the encoded empty prompt, [1, tokens, width].
 * A1111 `modules/sd_samplers_cfg_denoiser.py`.
 */
export function padPair(cond: Tensor, uncond: Tensor, empty: Tensor, options: PaddingOptions): PaddedPair {
  const difference = cond.shape[1]! - uncond.shape[1]!;
  if (difference === 0 || (options.v0 !== true && options.empty !== true)) return { cond, uncond, padded: false };
  if (options.v0 === true) return { cond, uncond: mapRows(uncond, (row) => fillTo(row, cond.shape[1]!)), padded: true };
  const block = rowOf(empty, 0);
  const blocks = Math.floor(Math.abs(difference) / block.shape[0]!);
  const append = (row: Tensor): Tensor => concatTokens([row, ...Array.from({ length: blocks }, () => block)]);
  return difference > 0
    ? { cond, uncond: mapRows(uncond, append), padded: blocks > 0 }
    : { cond: mapRows(cond, append), uncond, padded: blocks > 0 };
}

/** Joins [tokens, width] tensors on the token axis. */
function concatTokens(parts: readonly Tensor[]): Tensor {
  const width = parts[0]?.shape[1] ?? 0;
  const out = tensor([parts.reduce((sum, { shape }) => sum + shape[0]!, 0), width]);
  let at = 0;
  for (const part of parts) {
    out.data.set(part.data, at);
    at += part.data.length;
  }
  return out;
}

/** A [tokens, width] tensor cut, or filled with its last vector, to a number of tokens. */
function fillTo(row: Tensor, tokens: number): Tensor {
  const [had = 0, width = 0] = row.shape;
  if (had >= tokens) return tensor([tokens, width], row.data.subarray(0, tokens * width));
  const out = tensor([tokens, width]);
  out.data.set(row.data);
  const last = row.data.subarray((had - 1) * width);
  for (let i = had; i < tokens; i++) out.data.set(last, i * width);
  return out;
}

function rowOf(stacked: Tensor, index: number): Tensor {
  const [rows = 0, tokens = 0, width = 0] = stacked.shape;
  if (stacked.shape.length !== 3 || index >= rows)
    throw new ShapeError('conditioning', `[more than ${index}, tokens, width]`, stacked.shape);
  const size = tokens * width;
  return tensor([tokens, width], stacked.data.subarray(index * size, (index + 1) * size));
}

function mapRows(stacked: Tensor, change: (row: Tensor) => Tensor): Tensor {
  const rows = Array.from({ length: stacked.shape[0]! }, (_, i) => change(rowOf(stacked, i)));
  const [tokens = 0, width = 0] = rows[0]?.shape ?? [];
  const out = tensor([rows.length, tokens, width]);
  rows.forEach((row, i) => out.data.set(row.data, i * tokens * width));
  return out;
}
