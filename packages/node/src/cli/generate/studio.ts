import type { ImageCodec } from '@graft/core/image';
import type { GenerateRequest, NetworkSource } from '@graft/core/pipeline';
import type { Runtime } from '@graft/core/runtime';
import type { GraftExtension, Registry } from '../../extension/extension.ts';
import { extend, foreignFamilies } from '../../extension/registry.ts';
import { openLibrary } from '../../library.ts';
import { localModels, type LocalModels } from '../../model-source.ts';
import { modelRoots } from '../../roots.ts';
import type { Arguments } from '../arguments.ts';
import { createReporter, type Reporter } from '../progress.ts';
import type { Stop } from '../stop.ts';
import type { Terminal } from '../terminal.ts';
import { composeRequest, type Composed } from './compose.ts';
import { lazyCodec } from './context.ts';
import { largestOf, memoryCheck } from './memory.ts';
import { withNetworks } from './networks.ts';
import { recallModels } from './recall-models.ts';

/** What a command that draws is given. */
export interface DrawInput {
  readonly given: Arguments;
  readonly terminal: Terminal;
  /** Starts while the request is read. */
  readonly engine: Promise<Runtime>;
  readonly stop: Stop;
  readonly extensions: readonly GraftExtension[];
}

/** What a command line asks to draw, and where its names lead. */
export interface Studio extends DrawInput {
  readonly reporter: Reporter;
  readonly codec: ImageCodec;
  readonly registry: Registry;
  readonly composed: Composed;
  readonly models: LocalModels;
  readonly networks: NetworkSource;
  /** ms since the command started. */
  now(): number;
  /** Tells the requests, by the largest of which memory is reckoned when a model is loaded. */
  plan(requests: readonly GenerateRequest[]): void;
}

/**
 * Opens all that drawing takes, lets `draw` use it, and closes it. `unit`: what an iteration is called. Throws what composing and opening
 * throw, and what `draw` throws.
 */
export async function withStudio(
  input: DrawInput,
  draw: (studio: Studio) => Promise<void>,
  unit?: string,
): Promise<void> {
  const { given, terminal, engine, stop, extensions } = input;
  const now = (): number => process.uptime() * 1000;
  const reporter = createReporter(terminal, now, unit);
  const codec = lazyCodec();
  const registry = extend(extensions);
  const told = await composeRequest(given, registry);
  const library = await openLibrary({
    roots: modelRoots(given.value('models')),
    families: foreignFamilies(extensions),
  });
  let requests: readonly GenerateRequest[] = [];
  const models = localModels({
    runtime: engine,
    library,
    textEncoder: given.value('text-encoder'),
    textEncoder2: given.value('text-encoder-2'),
    check: memoryCheck(given, () => largestOf(requests)),
    cancel: stop.cancel,
    onLoad: (name) => reporter.loading(name),
  });
  try {
    const recalled = await recallModels(told, { library, cancel: stop.cancel });
    const { composed, networks } = await withNetworks(given, recalled, { library, models, codec, stop, registry });
    const plan = (all: readonly GenerateRequest[]): void => {
      requests = all;
    };
    await draw({ ...input, reporter, codec, registry, composed, models, networks, now, plan });
  } finally {
    reporter.clear();
    await models.close();
  }
}
