import type { Part } from './adapter.ts';

/** The alpha of a LoKr layer whose two factors are stored whole, so that there is no rank to divide it by; none for all others. */
export function wholeAlpha(parts: ReadonlyMap<string, Part>): readonly number[] {
  const alpha = parts.get('alpha')?.data?.[0];
  return alpha !== undefined && parts.has('lokr_w1') && parts.has('lokr_w2') ? [alpha] : [];
}

/**
 * What to tell of the alphas of such layers: their scale is 1 whatever alpha says (A1111, LyCORIS, ComfyUI), but who trained them may have scaled them by
 * alpha / dim. Nothing where alpha is the dim of the training, as LyCORIS writes it, or no dim is known.
 */
export function wholeAlphaNotes(alphas: readonly number[], metadata: ReadonlyMap<string, string>): string[] {
  const dim = Number(metadata.get('ss_network_dim') ?? NaN);
  const odd = alphas.filter((alpha) => dim > 0 && alpha !== dim);
  const [first] = odd;
  if (first === undefined) return [];
  const share = Number((first / dim).toPrecision(2));
  return [
    `${odd.length} LoKr ${odd.length === 1 ? 'layer has' : 'layers have'} alpha ${first} of a dim of ${dim}, which is not applied ` +
      `to factors stored whole, as in the webui; if it is far too strong, try ${share} times the strength.`,
  ];
}
