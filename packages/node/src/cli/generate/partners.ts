import { RequestError } from '@graft/core/errors';
import type { GenerateRequest } from '@graft/core/pipeline';
import type { Arguments } from '../arguments.ts';
import { FIELD_NAMES } from './options.ts';

type Body = Readonly<Record<string, unknown>>;

/** A field of the request that the user has given a value, and by what. */
export interface Asked {
  readonly field: string;
  /** An option with its dashes. */
  readonly option: string;
  /** What the user calls the field, where the option could mean any. */
  readonly name?: string;
}

/** Fields that do nothing unless a request has something else. */
interface Partner {
  readonly needs: (field: string) => boolean;
  isThere(body: Body, kind: GenerateRequest['kind']): boolean;
  /** The field that brings it: who gives that one means it, also where its value turns it off. */
  readonly field?: string;
  /** The options for it, for messages. */
  readonly options: string;
  readonly hint: string;
}

const PARTNERS: readonly Partner[] = [
  {
    needs: (field) => field === 'subseed',
    isThere: ({ subseed_strength: strength }) => Number(strength ?? 0) !== 0,
    field: 'subseed_strength',
    options: '--variation-strength',
    hint: 'Add --variation-strength 0.2, say.',
  },
  {
    needs: (field) => field === 'refiner_switch_at',
    isThere: ({ refiner_checkpoint: name }) => typeof name === 'string' && name !== '' && name !== 'None',
    field: 'refiner_checkpoint',
    options: '--refiner',
    hint: 'Add --refiner NAME.',
  },
  {
    needs: (field) => field === 'denoising_strength',
    isThere: ({ enable_hr: hires }, kind) => kind === 'img2img' || hires === true,
    options: '--init or --hires',
    hint: 'Give the picture to change with --init IMAGE, or draw a second pass with --hires 2.',
  },
  {
    needs: (field) => field.startsWith('hr_'),
    isThere: ({ enable_hr: hires }) => hires === true,
    options: '--hires',
    hint: 'Add --hires 2, or --hires-size WxH.',
  },
];

/** The fields that the options of a command line give a value. */
export function askedBy(given: Pick<Arguments, 'has'>): readonly Asked[] {
  return [...FIELD_NAMES].flatMap(([field, names]) =>
    names.filter((option) => given.has(option.slice('--'.length))).map((option) => ({ field, option })),
  );
}

/**
 * Throws RequestError for what was asked for and does nothing in any of the requests, because all lack what it goes with: pictures would be the same
 * without it.
 */
export function checkPartners(asked: readonly Asked[], bodies: readonly Body[], kind: GenerateRequest['kind']): void {
  for (const { field, option, name } of asked) {
    for (const partner of PARTNERS) {
      if (!partner.needs(field) || asked.some((other) => other.field === partner.field)) continue;
      if (bodies.some((body) => partner.isThere(body, kind))) continue;
      const what = name === undefined ? '' : `"${name}" `;
      throw new RequestError(option, `${what}does nothing without ${partner.options}`, { hint: partner.hint });
    }
  }
}
