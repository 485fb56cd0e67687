import type { verdict } from '../area.ts';
import { SLICES } from '@graft/core/models/names';

export type Verdict = ReturnType<typeof verdict>;
export type Shape = readonly number[];

/** A case of the area: which fields it has says what it is. */
export interface Case {
  readonly id: string;
  readonly file?: string;
  readonly entry?: string;
  readonly expect?: string;
  readonly a1111_config?: string | null;
  readonly diffusers_type?: string;
  readonly keys?: number;
  readonly rows?: readonly (readonly [string, string, string])[];
  readonly components?: Readonly<Record<string, number>>;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly preset_counts?: Readonly<Record<string, number | string>>;
  readonly preset_counts_unet?: Readonly<Record<string, number>>;
  readonly a1111_misses?: readonly string[] | null;
  readonly a1111_misses_other_spelling?: readonly string[] | null;
}

export function thirdOf(slice: (typeof SLICES)[number] | undefined): string {
  return slice === undefined ? '' : `[${SLICES.indexOf(slice)}/3]`;
}
