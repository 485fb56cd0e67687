import type { PeftConfig } from '@graft/core/adapters';
import { counted } from '@graft/core/formats';
import type { Fact } from '@graft/core/models';
import type { Details, EmbeddingFacts, HypernetworkFacts, NameCheck, PredictionFacts } from './details.ts';
import type { TowerFacts } from './towers.ts';

const TAGS_SHOWN = 20;
const NAMES_SHOWN = 10;

/** Details as lines and tables for people. */
export function factsOf(details: Details): Fact[] {
  const { triggerWords, tags, training, alphas, names, unclaimed, brings, norms } = details;
  const { prediction, texts, embedding, hypernetwork, hashes, kohya } = details;
  return [
    ...line('problem', details.problem),
    ...line('predicts', prediction && predictionText(prediction)),
    ...line('texts', texts && (texts.map(towerText).join(' and ') || 'none')),
    ...line('alpha', alphas && (histogram(alphas) || 'none')),
    ...line('PEFT', details.peft && peftText(details.peft)),
    ...(names ? nameFacts(names) : []),
    ...table(`${countOf(unclaimed)} that no family has`, some(unclaimed)),
    ...line('brings', brings.length === 0 ? undefined : `${counted(brings.length, 'embedding')}: ${brings.join(', ')}`),
    ...(embedding ? embeddingLines(embedding) : []),
    ...(hypernetwork ? hypernetworkLines(hypernetwork) : []),
    ...line('words', triggerWords.join(', ') || undefined),
    ...table(
      'training',
      training.map(({ name, value }) => [name, value]),
    ),
    ...table(
      'words of its captions',
      tags.slice(0, TAGS_SHOWN).map(([tag, count]) => [tag, counted(count, 'time')]),
    ),
    ...(norms
      ? table('changes by block, as √Σ‖ΔW‖²', [
          ...norms.blocks.map(({ block, modules, norm }): [string, string] => [
            block,
            `${norm.toPrecision(4)} in ${counted(modules, 'layer')}`,
          ]),
          ...(norms.left === 0
            ? []
            : [
                [
                  'not counted',
                  `${counted(norms.left, 'module')} without a layer, or whose change depends on the base`,
                ] as const,
              ]),
        ])
      : []),
    ...table('checksums', [
      ...(hashes
        ? ([
            ['SHA-256', hashes.sha256],
            ['AutoV1', hashes.autov1],
            ['AutoV2', hashes.autov2],
            ...(hashes.autov3 === undefined ? [] : ([['AutoV3', hashes.autov3]] as const)),
            ['CRC-32', hashes.crc32],
          ] as const)
        : []),
      ...(kohya
        ? ([
            ['kohya', kohya.model],
            ['kohya, old', kohya.legacy],
          ] as const)
        : []),
    ]),
  ];
}

/** What PEFT's configuration says of strengths. */
function peftText({ type, rank, alpha, ranks, alphas, rankStabilized }: PeftConfig): string {
  const own = new Set([...ranks.keys(), ...alphas.keys()]).size;
  return [
    type,
    ...(rank === undefined ? [] : [`rank ${rank}`]),
    ...(alpha === undefined ? [] : [`alpha ${alpha}${rankStabilized ? ' over √rank' : ''}`]),
    ...(own === 0 ? [] : [`${counted(own, 'pattern')} of layers with others`]),
  ].join(', ');
}

function predictionText(facts: PredictionFacts): string {
  if (facts === 'asked') return 'noise or v: found out by running its network once, when it is loaded';
  const { prediction, zeroTerminal, why } = facts;
  const schedule = zeroTerminal ? ', on a schedule that ends in noise alone (zero terminal SNR)' : '';
  return `${prediction === 'v' ? 'v' : 'noise (epsilon)'}${schedule}: ${why}`;
}

/** OpenAI's largest text tower; wider ones are OpenCLIP's, in whatever names. */
const OPENAI_WIDTH = 768;

function towerText({ naming, width, layers }: TowerFacts): string {
  return `${naming === 'openclip' || width > OPENAI_WIDTH ? 'OpenCLIP' : 'CLIP'} of ${layers} layers, ${width} wide`;
}

function line(label: string, text: string | undefined): Fact[] {
  return text === undefined ? [] : [{ label, text }];
}

function table(label: string, rows: readonly (readonly [string, string])[]): Fact[] {
  return rows.length === 0 ? [] : [{ label, rows }];
}

function histogram(counts: ReadonlyMap<number, number>): string {
  return [...counts]
    .map(([value, times]) => (counts.size === 1 ? `${value}` : `${value} (${counted(times, 'time')})`))
    .join(', ');
}

function countOf({ length }: readonly string[]): string {
  return counted(length, 'name');
}

/** The first of some names, as rows. */
function some(list: readonly string[]): (readonly [string, string])[] {
  const shown = list.slice(0, NAMES_SHOWN).map((name) => [name, ''] as const);
  return list.length > NAMES_SHOWN ? [...shown, [`… and ${list.length - NAMES_SHOWN} more`, ''] as const] : shown;
}

function nameFacts({ base, unmatched, missing }: NameCheck): Fact[] {
  return [
    ...(unmatched.length === 0 && missing.length === 0 ? line('names', `all as in ${base}`) : []),
    ...table(`${countOf(unmatched)} that ${base} has not`, some(unmatched)),
    ...table(`${countOf(missing)} of ${base} that it lacks`, some(missing)),
  ];
}

/** An embedding for people; also of one in a picture. */
export function embeddingLines({ name, count, width, step, checkpointName, lengths }: EmbeddingFacts): Fact[] {
  return [
    ...line('word', name),
    ...line('vectors', `${count}, ${width} wide`),
    ...line('lengths', lengths.map((length) => length.toPrecision(3)).join(', ')),
    ...line('steps', step === undefined ? undefined : String(step)),
    ...line('trained on', checkpointName),
  ];
}

function hypernetworkLines(facts: HypernetworkFacts): Fact[] {
  const { name, step, checkpointName, widths, weightInit, structure, useDropout } = facts;
  const { layers, activation, layerNorm, activateOutput, dropout } = structure;
  return [
    ...line('name', name),
    ...line('widths', widths.join(', ')),
    ...line('layers', layers.join(', ')),
    ...line('activation', `${activation ?? 'linear'}${activateOutput ? ', of the last layer too' : ''}`),
    ...line('layer norm', layerNorm ? 'yes' : 'no'),
    ...line('dropout', useDropout ? dropout.join(', ') : 'no'),
    ...line('weights', weightInit),
    ...line('steps', String(step)),
    ...line('trained on', checkpointName),
  ];
}
