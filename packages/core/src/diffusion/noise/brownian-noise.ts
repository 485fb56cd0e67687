import { seedSequence, type Seed } from '../../tensor/index.ts';
import { normalStream, type NoiseSource } from './source.ts';

/** Words of the seed pool in torchsde's interval tree. */
const POOL_SIZE = 24;
/** Halves kept per image: two ways down the tree, which the next question mostly shares. */
const KEPT = 64;

export interface BrownianNoiseOptions {
  readonly source: NoiseSource;
  /** Numbers in one image's latent. */
  readonly size: number;
  /** One tree for each seed. */
  readonly seeds: readonly Seed[];
  /** The interval of sigmas that the path covers; later questions are clamped into it. */
  readonly sigmaMin: number;
  readonly sigmaMax: number;
}

/** Noise with a memory: increments of one Brownian path an image, whatever the steps. */
export interface BrownianNoise {
  /** (W(to) − W(from)) / √|to − from| for every image, [b, c·h·w]: unit normals. */
  between(from: number, to: number): Float32Array;
}

/**
 * The noise of k-diffusion's BrownianTreeNoiseSampler on torchsde 0.2.6, one tree an image.
 * Answers do not depend on the order of questions.
 */
export function brownianNoise(options: BrownianNoiseOptions): BrownianNoise {
  const trees = options.seeds.map((seed) => brownianTree(options, seed));
  return {
    between(from, to) {
      const out = new Float32Array(trees.length * options.size);
      trees.forEach((add, image) =>
        add(Math.min(from, to), Math.max(from, to), out.subarray(image * options.size, (image + 1) * options.size)),
      );
      const scale = Math.sign(to - from) / Math.sqrt(Math.abs(to - from));
      for (let i = 0; i < out.length; i++) out[i]! *= scale;
      return out;
    },
  };
}

/** An interval of the tree: `place` counts the intervals of its depth from the left. */
interface Node {
  readonly from: number;
  readonly to: number;
  readonly place: bigint;
  readonly depth: number;
  /** W(to) − W(from). */
  readonly increment: Float32Array;
}

/**
 * Adds W(to) − W(from) of one image to `out`. A dyadic tree: the root holds the whole increment; a node halves its
 * interval and draws the left half's increment as a Brownian bridge, with a seed made from its place in the tree.
 * Whole nodes are summed, never positions subtracted, so that short steps keep their digits.
 */
function brownianTree(
  options: BrownianNoiseOptions,
  entropy: Seed,
): (from: number, to: number, out: Float32Array) => void {
  const { source, size } = options;
  const draw = (...spawnKey: Seed[]): Float32Array =>
    normalStream(source, seedSequence({ entropy, spawnKey, poolSize: POOL_SIZE }, 1)[0]!).normal(size);

  const kept = new Map<string, Float32Array>();
  const leftIncrement = (node: Node, middle: number): Float32Array => {
    const key = `${node.place} ${node.depth}`;
    let left = kept.get(key);
    if (left === undefined) {
      const share = (middle - node.from) / (node.to - node.from);
      const deviation = Math.sqrt(share * (node.to - middle));
      left = draw(node.place, node.depth);
      for (let i = 0; i < size; i++) left[i] = node.increment[i]! * share + deviation * left[i]!;
    }
    kept.delete(key);
    kept.set(key, left);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    return left;
  };

  const add = (node: Node, from: number, to: number, out: Float32Array): void => {
    if (to <= node.from || from >= node.to) return;
    const middle = round6((node.from + node.to) / 2);
    const isLeaf = !(middle > node.from && middle < node.to);
    if (isLeaf || (from <= node.from && to >= node.to)) {
      for (let i = 0; i < size; i++) out[i]! += node.increment[i]!;
      return;
    }
    const left = leftIncrement(node, middle);
    const depth = node.depth + 1;
    add({ from: node.from, to: middle, place: node.place * 2n, depth, increment: left }, from, to, out);
    if (to <= middle) return;
    const right = node.increment.map((whole, i) => whole - left[i]!);
    add({ from: middle, to: node.to, place: node.place * 2n + 1n, depth, increment: right }, from, to, out);
  };

  const start = round6(options.sigmaMin);
  const end = round6(options.sigmaMax);
  const span = Math.sqrt(end - start);
  const root: Node = { from: start, to: end, place: 0n, depth: 0, increment: draw().map((normal) => normal * span) };
  return (from, to, out) => add(root, round6(from), round6(to), out);
}

/** Rounds to six decimals, ties to even. Only odd multiples of 2^-7 lie exactly between two such decimals. */
function round6(x: number): number {
  const nearest = Number(x.toFixed(6));
  const isTie = Number.isInteger(x * 128) && (x * 128) % 2 !== 0;
  if (!isTie) return nearest;
  const below = Math.floor(x * 1e6);
  return (below % 2 === 0 ? below : below + 1) / 1e6;
}
