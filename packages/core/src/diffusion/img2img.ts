export interface ImageStart {
  /** Denoising strength, 0…1. */
  readonly strength: number;
  /** Runs all steps asked for, on a longer list: always so in the second pass of a high-resolution fix. */
  readonly fixedSteps: boolean;
}

export interface ImageSteps {
  /** Steps of the whole list. */
  readonly planned: number;
  /** Steps of its end that are run, less one. */
  readonly encoded: number;
}

/** A strength of 1 still keeps a thousandth of the picture. */
const STRONGEST = 0.999;

/** How many steps a picture gets: the webui's setup_img2img_steps. */
export function imageSteps(steps: number, { strength, fixedSteps }: ImageStart): ImageSteps {
  const share = Math.min(strength, STRONGEST);
  if (!fixedSteps) return { planned: steps, encoded: Math.trunc(share * steps) };
  return { planned: strength > 0 ? Math.trunc(steps / share) : 0, encoded: steps - 1 };
}
