import {
  adapterResolver,
  createStack,
  isScheduled,
  layerRatio,
  lowRankPaths,
  storedWeights,
  strengthsAt,
  type AppliedReport,
  type PassPlace,
  type Stack,
  type StepPlace,
} from '../adapters/index.ts';
import { attentionWidths, liveHypernetworks } from '../adapters/hypernetwork/index.ts';
import { counted } from '../formats/index.ts';
import { createCheckpoint, type Checkpoint, type OpenedModel } from '../models/index.ts';
import { createNames, type NameTable } from '../models/names/index.ts';
import type { Feeds, Runtime } from '../runtime/index.ts';
import type { AdapterMode } from './adapter-mode.ts';
import type { PromptNetworks, TaggedAdapter } from './extra-networks.ts';
import { checkFit, fitOf, type Fit } from './fit.ts';
import { mergeStack } from './merge-stack.ts';
import { createNetworks, type Networks } from './networks.ts';
import { createPrograms } from './programs.ts';

/** What a pass does with its networks. */
export interface AdaptOptions {
  /** The pass: its steps, and whether it is the second of a hires fix. */
  readonly pass: Omit<PassPlace, 'step'>;
  readonly tiling: boolean;
  readonly mode: AdapterMode;
}

/** A model's networks with others on them. */
export interface AdaptedNetworks {
  readonly networks: Networks;
  /** Things the user should know. */
  readonly notes: readonly string[];
}

/** Networks on a model, with programs that serve them. */
export interface OpenedAdapters {
  /**
   * The model's networks for a pass. In live mode the tags may have other strengths than those that were opened, which costs nothing;
   * else they are those.
   */
  at(networks: PromptNetworks, pass: AdaptOptions['pass']): AdaptedNetworks;
  /** Frees the programs. */
  release(): Promise<void>;
}

export interface Adapting {
  /** Puts networks on the model, always on its own weights. Throws AdapterError for those that are for another base model. */
  open(networks: PromptNetworks, options: AdaptOptions): Promise<OpenedAdapters>;
}

/**
 * Puts adapters and hypernetworks on a checkpoint. Nothing of the checkpoint changes: what a network does is written into graphs of its own
 * that read the same weights, so any order of requests gives what a fresh process gives. Parts that nothing changes stay `base`'s.
 */
export function createAdapting(runtime: Runtime, checkpoint: Checkpoint, base: Networks): Adapting {
  let joined: Joined | undefined;
  return {
    async open({ adapters, hypernetworks }, { pass, tiling, mode }) {
      joined ??= joinedModel(checkpoint, base);
      const { model, names, fit } = joined;
      checkFit({ adapters, hypernetworks }, fit);
      const live = mode === 'live';
      const first = strengthsOf(adapters, pass, { step: 0, steps: pass.steps });
      const stack = await createStack(
        adapters.map(({ found, tag }, i) => ({
          ...first[i]!,
          adapter: found.network,
          resolve: adapterResolver(found.network, names),
          dyn: tag.dyn,
          ratio: layerRatio(tag),
        })),
        storedWeights(model.weights, names),
        { live },
      );
      const hyper = await liveHypernetworks(
        hypernetworks.map(({ found, strength }) => ({ network: found.network, strength })),
        attentionWidths(base.unet),
      );
      const changed = live
        ? withDoor(createCheckpoint({ main: model }), stack)
        : createCheckpoint({ main: mergeStack(runtime, stack, model, names) });
      const programs = createPrograms(runtime, live ? lowRankPaths : undefined);
      const touched = stack.touched('unet').length > 0;
      return {
        at({ adapters: own }, at) {
          const strengths = (place: StepPlace): Strengths[] => strengthsOf(own, at, place);
          const networks = afterCheck(
            adapters,
            createNetworks(runtime, changed, {
              tiling,
              programs,
              ...(hypernetworks.length > 0 ? { context: hyper.context } : {}),
              feeds: (place): Feeds => ({ ...hyper.feeds, ...(live ? stack.feeds(strengths(place)) : {}) }),
            }),
          );
          // What has no strength is the model's own, bit for bit.
          const start = strengths({ step: 0, steps: at.steps });
          const unet =
            hypernetworks.length > 0 || (touched && own.some(({ tag }, i) => isScheduled(tag) || start[i]!.unet !== 0));
          const texts = start.some(({ te }) => te !== 0);
          return {
            networks: {
              ...base,
              ...(unet ? { predict: networks.predict, prepare: networks.prepare } : {}),
              texts: { ...base.texts, ...(texts ? changedTexts(networks, stack) : {}) },
              release: networks.release,
            },
            notes: [...new Set(stack.reports.flatMap((report, i) => notesOf(report, own[i]!)))],
          };
        },
        release: () => programs.release(),
      };
    },
  };
}

interface Strengths {
  readonly te: number;
  readonly unet: number;
}

function strengthsOf(adapters: PromptNetworks['adapters'], pass: AdaptOptions['pass'], place: StepPlace): Strengths[] {
  return adapters.map(({ tag }) => strengthsAt(tag, { ...place, ...pass }));
}

/** Networks whose results come when every number of the adapters is known to be finite. */
function afterCheck(adapters: PromptNetworks['adapters'], networks: Networks): Networks {
  const checked = <T>(result: Promise<T>): Promise<T> =>
    Promise.all([result, ...adapters.map(({ found }) => found.network.finite)]).then(([value]) => value);
  return {
    ...networks,
    predict: (...given) => checked(networks.predict(...given)),
    texts: Object.fromEntries(
      Object.entries(networks.texts).map(([name, text]) => [
        name,
        {
          ...text,
          encode: (...given: Parameters<typeof text.encode>) => checked(text.encode(...given)),
          states: (...given: Parameters<typeof text.states>) => checked(text.states(...given)),
        },
      ]),
    ),
  };
}

/** A checkpoint as networks on it see it. */
interface Joined {
  readonly model: OpenedModel;
  /** The names by which adapters find its weights. */
  readonly names: NameTable;
  readonly fit: Fit;
}

function joinedModel(checkpoint: Checkpoint, { unet }: Networks): Joined {
  const model = checkpoint.joined();
  return { model, names: createNames(model.weights), fit: fitOf(model.file, unet) };
}

/** The text encoders that adapters change. */
function changedTexts({ texts }: Networks, stack: Stack): Networks['texts'] {
  const { te1, te2 } = texts;
  return {
    ...(te1 && stack.touched('te1').length > 0 ? { te1 } : {}),
    ...(te2 && stack.touched('te2').length > 0 ? { te2 } : {}),
  };
}

function withDoor(checkpoint: Checkpoint, stack: Stack): Checkpoint {
  return { ...checkpoint, scope: (part) => checkpoint.scope(part, stack.door(part)) };
}

/** What of a file found no place. */
function notesOf({ adapter, matched, unmatched, misfits }: AppliedReport, { found }: TaggedAdapter): string[] {
  const notes = adapter.notes.map((note) => `${found.name}: ${note}`);
  const all = adapter.modules.length;
  if (unmatched.length > 0)
    notes.push(
      `${found.name}: ${matched} of ${all} layers are changed; the model has no ${unmatched[0]}` +
        `${unmatched.length > 1 ? ` and ${counted(unmatched.length - 1, 'other')}` : ''}.`,
    );
  const others = misfits.filter(({ isFileFault }) => !isFileFault);
  if (others[0])
    notes.push(
      `${found.name}: ${others.length} of ${all} layers have another shape in this model, such as ${others[0].module}.`,
    );
  const faults = misfits.filter(({ isFileFault }) => isFileFault);
  if (faults[0])
    notes.push(
      `${found.name}: ${faults.length} of ${all} layers are left alone, as tensors of the file do not fit each other. ${faults[0].reason}.`,
    );
  const [unclaimed, ...more] = adapter.unclaimed;
  if (unclaimed !== undefined)
    notes.push(
      more.length === 0
        ? `${found.name}: one tensor belongs to no known kind of adapter, ${unclaimed}.`
        : `${found.name}: ${adapter.unclaimed.length} tensors belong to no known kind of adapter, such as ${unclaimed}.`,
    );
  return notes;
}
