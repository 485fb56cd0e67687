import type { Infotext } from '@graft/core/formats';

/** What a picture or a request may have been made with. */
export interface Asked {
  /** Of the webui's API. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly infotext?: Infotext | undefined;
}

/** What of the webui, and of its extensions that write into pictures' texts, Graft has not, and who asks for it. */
const PARTS: readonly (readonly [name: string, isAsked: (asked: Asked) => boolean])[] = [
  [
    'face restoration',
    ({ body, infotext }) => body['restore_faces'] === true || infotext?.has('Face restoration') === true,
  ],
  [
    'token merging',
    ({ settings }) => ['token_merging_ratio', 'token_merging_ratio_hr'].some((one) => Number(settings[one] ?? 0) > 0),
  ],
  [
    'Hypertile',
    ({ infotext }) => ['Hypertile U-Net', 'Hypertile VAE'].some((one) => String(infotext?.get(one)) === 'True'),
  ],
  ['ControlNet', ({ infotext }) => hasEntry(infotext, 'ControlNet')],
  ['ADetailer', ({ infotext }) => hasEntry(infotext, 'ADetailer')],
];

/** A note for each thing that is asked for and that Graft has not. */
export function missingParts(asked: Asked): string[] {
  return PARTS.filter(([, isAsked]) => isAsked(asked)).map(
    ([name]) => `Graft does not have ${name}, so it was left out, and the picture differs.`,
  );
}

function hasEntry(infotext: Infotext | undefined, start: string): boolean {
  return infotext !== undefined && [...infotext.keys()].some((key) => key.startsWith(start));
}
