import { FAMILIES, type Family } from '@graft/core/adapters';
import { SAMPLERS, SCHEDULERS, type Sampler, type Scheduler } from '@graft/core/diffusion';
import type { Command } from '../cli/command.ts';

/** The version of the interface below. It rises when an extension written for the one before would no longer work. */
export const EXTENSION_API = 1;

/** What a package outside of Graft adds to it: the export `extension` of its entry. */
export interface GraftExtension {
  /** The version of this interface that it was written for. */
  readonly apiVersion: typeof EXTENSION_API;
  /** What messages call it. */
  readonly name: string;
  /** Families of weight adapters, made by `family` of `@graft/core/adapters`. They are asked after the built-in ones. */
  readonly families?: readonly Family[];
  readonly samplers?: readonly Sampler[];
  readonly schedulers?: readonly Scheduler[];
  /** Commands of `graft`. */
  readonly commands?: readonly Command[];
}

/** All that there is of each kind: what comes with Graft, then what extensions add, in their order. */
export interface Registry {
  readonly families: readonly Family[];
  readonly samplers: readonly Sampler[];
  readonly schedulers: readonly Scheduler[];
  readonly commands: readonly Command[];
}

/** What comes with Graft, and no commands: those belong to the program. */
export const BUILT_IN: Registry = { families: FAMILIES, samplers: SAMPLERS, schedulers: SCHEDULERS, commands: [] };
