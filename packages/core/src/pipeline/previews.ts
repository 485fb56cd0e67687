import { SdError, type Cancel } from '../errors/index.ts';
import { tensorToPicture, type Picture } from '../image/index.ts';
import { cheapPreview } from '../models/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { decodeLatents, imageAt, latentKind } from './latents.ts';
import type { LoadedModel } from './model.ts';
import { decoderOf, isSmallMethod, smallNetworkFile } from './small-vae.ts';

/**
 * Small pictures of the work. A network that makes them runs between the calls of the UNet and never beside one: a pass waits for it there.
 * Until the network is loaded, and where its file is damaged, a picture is the linear guess.
 */
export interface Previews {
  /** The first picture of a batch as it is now. Whoever asks before it is made gets the same one. Never rejects. */
  ask(): Promise<Picture>;
  /** Told of the latents [b, c, h, w] after a call. */
  see(latents: () => Tensor): void;
  /** Makes what was asked for. To be awaited before each call … */
  settle(): Promise<void>;
  /** … and at the end, where it waits for a network that is still being loaded. */
  end(): Promise<void>;
  /** What the user should know. */
  notes(): readonly string[];
}

/** Previews by a way that the webui's `show_progress_type` names, or the best that there are files for ("Automatic"). */
export function createPreviews(model: LoadedModel, type: string, cancel?: Cancel): Previews {
  let latest: (() => Tensor) | undefined;
  let asked: { readonly picture: Promise<Picture>; give(picture: Picture): void } | undefined;
  let loading: Promise<void> | undefined;
  /** The way once it is loaded; until then the linear guess. */
  let ready = 'Approx cheap';
  let problem: string | undefined;

  const load = async (latent: Tensor): Promise<void> => {
    const chosen = await choose(model, type);
    if (chosen === undefined) {
      const file = isSmallMethod(type) ? smallNetworkFile(decoderOf(type), latentKind(model)) : type;
      problem = `Previews are rough, because the file for "${type}" is not there: ${file}.`;
      return;
    }
    if (isSmallMethod(chosen)) await model.small!.prepare(chosen, latent);
    ready = chosen;
  };
  const fail = (error: unknown): void => {
    ready = 'Approx cheap';
    problem = `Previews are rough: ${error instanceof SdError ? error.message : String(error)}.`;
  };
  const settle = async (last: boolean): Promise<void> => {
    if (!asked || !latest) return;
    const { give } = asked;
    const latent = imageAt(latest(), 0);
    loading ??= load(latent).catch(fail);
    // Steps go on while it loads.
    if (last) await loading;
    let pixels = cheapPreview(latent, latentKind(model));
    try {
      if (ready !== 'Approx cheap') [pixels = pixels] = await decodeLatents(model, latent, ready, cancel);
    } catch (error) {
      fail(error);
    }
    asked = undefined;
    give(tensorToPicture(pixels));
  };
  return {
    ask() {
      if (asked) return asked.picture;
      let give: (picture: Picture) => void = () => undefined;
      const picture = new Promise<Picture>((resolve) => (give = resolve));
      asked = { picture, give };
      return picture;
    },
    see(latents) {
      latest = latents;
    },
    settle: () => settle(false),
    end: () => settle(true),
    notes: () => (problem === undefined ? [] : [problem]),
  };
}

/** The wished way if there is a file for it, else the next best. */
async function choose({ small }: LoadedModel, type: string): Promise<string | undefined> {
  if (type === 'Full' || type === 'Approx cheap') return type;
  if (isSmallMethod(type)) return (await small?.has(decoderOf(type))) === true ? type : undefined;
  for (const one of ['TAESD', 'Approx NN'] as const) if (await small?.has(decoderOf(one))) return one;
  return 'Approx cheap';
}
