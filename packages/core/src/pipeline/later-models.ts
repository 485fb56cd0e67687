import { RequestError } from '../errors/index.ts';
import type { PromptNetworks, TaggedAdapter } from './extra-networks.ts';
import type { Job } from './job.ts';
import { latentKind } from './latents.ts';
import { pictureInput, type LoadedModel } from './model.ts';
import type { ModelOutline } from './outline.ts';

/** The name of a request's refiner; undefined for none. */
export function refinerName({ refiner_checkpoint: name }: Job['request']): string | undefined {
  return name === null || name === '' || name === 'None' ? undefined : name;
}

/**
 * Opens the models that draw after `model`, and puts on them what their passes have, so that what does not fit is told before any work: a
 * refiner whose latents are of another kind or that wants another picture beside them, a second checkpoint for enlarged latents of another
 * kind, networks of another base. The result is the second pass's own model, if it has one. Throws RequestError, AdapterError, and the
 * errors of opening models.
 */
export async function openLaterModels<M extends ModelOutline>(
  job: Pick<Job, 'request' | 'hires' | 'extras'> & { open(checkpoint?: string): Promise<M> },
  model: M,
): Promise<M | undefined> {
  const { request, hires, extras } = job;
  const hiresModel = hires && hires.checkpoint !== '' ? await job.open(hires.checkpoint) : undefined;
  if (hiresModel && hires?.latent) checkLatents('hr_checkpoint_name', hiresModel, model);
  const passes: (readonly [model: M, networks: PromptNetworks, pass: Parameters<LoadedModel['with']>[1]])[] = [
    [model, extras.first, { steps: request.steps, hires: false }],
    ...(hires ? [[hiresModel ?? model, extras.second, { steps: hires.steps, hires: true }] as const] : []),
  ];
  for (const [one, networks, pass] of passes) {
    await one.with(networks, pass);
    (await extras.embeddings(networks, one)).check();
  }
  const name = refinerName(request);
  if (name === undefined) return hiresModel;
  const refiner = await job.open(name);
  for (const [one, networks, pass] of passes) {
    if (refiner.name === one.name) continue;
    checkLatents('refiner_checkpoint', refiner, one);
    if (pictureInput(refiner) !== pictureInput(one))
      throw new RequestError(
        'refiner_checkpoint',
        `${refiner.name} ${WANTS[pictureInput(refiner)]}, and ${one.name} ${WANTS[pictureInput(one)]}`,
        { hint: 'Choose a refiner of the same kind.' },
      );
    await refiner.with(networksFor(refiner, networks).networks, pass);
  }
  return hiresModel;
}

/** What of the networks of a pass a refiner can have, and what is told of the others: they were chosen for the model before it. */
export function networksFor(
  refiner: ModelOutline,
  { adapters, ...rest }: PromptNetworks,
): { readonly networks: PromptNetworks; readonly notes: readonly string[] } {
  const { base } = refiner.networks.conditioning;
  const fits = ({ found }: TaggedAdapter): boolean => found.bases.length === 0 || found.bases.includes(base);
  return {
    networks: { ...rest, adapters: adapters.filter(fits) },
    notes: adapters
      .filter((one) => !fits(one))
      .map(({ found }) => `${found.name} is for ${found.bases.join(' or ')}: ${refiner.name} draws without it.`),
  };
}

const KINDS = { sd: 'SD1 or SD2', sdxl: 'SDXL' } as const;
const WANTS = {
  none: 'draws from text alone',
  inpaint: 'is made for inpainting',
  edit: 'is made to edit pictures',
} as const;

function checkLatents(field: string, later: ModelOutline, first: ModelOutline): void {
  const [own, before] = [latentKind(later), latentKind(first)];
  if (own === before) return;
  throw new RequestError(
    field,
    `${later.name} is a model of ${KINDS[own]}, and ${first.name} of ${KINDS[before]}, whose latents it cannot go on with`,
    {
      hint: `Choose a model of ${KINDS[before]}${field === 'hr_checkpoint_name' ? ', or an upscaler of pictures' : ''}.`,
    },
  );
}
