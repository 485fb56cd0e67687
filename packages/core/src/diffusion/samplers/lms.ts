import { weightedSum, type Latent } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { pairs, slope } from './steps.ts';

const ORDER = 4;

/** Linear multistep: the slope between two sigmas is a polynomial through the last four slopes. */
export const lms: SigmaSampler = {
  name: 'LMS',
  aliases: ['k_lms'],
  parameters: [],
  family: 'sigma',
  *sample({ x, sigmas }) {
    /** Newest first. */
    let slopes: readonly Latent[] = [];
    for (const [i, sigma, to] of pairs(sigmas)) {
      slopes = [slope({ x, sigma }, yield { x, sigma }), ...slopes].slice(0, ORDER);
      const nodes = slopes.map((_, j) => sigmas[i - j]!);
      x = weightedSum([[1, x], ...slopes.map((d, j) => [basisIntegral(nodes, j, to), d] as const)]);
    }
    return x;
  },
};

/** ∫ from nodes[0] to `to` of the Lagrange polynomial that is 1 at nodes[j] and 0 at the other nodes. */
function basisIntegral(nodes: readonly number[], j: number, to: number): number {
  // Coefficients of Π (τ − node)/(nodes[j] − node), lowest first, with τ counted from nodes[0].
  const origin = nodes[0]!;
  let polynomial = [1];
  for (const [m, node] of nodes.entries()) {
    if (m === j) continue;
    const scale = 1 / (nodes[j]! - node);
    const shift = node - origin;
    polynomial = Array.from(
      { length: polynomial.length + 1 },
      (_, k) => scale * ((polynomial[k - 1] ?? 0) - shift * (polynomial[k] ?? 0)),
    );
  }
  const span = to - origin;
  return polynomial.reduce((sum, c, k) => sum + (c * span ** (k + 1)) / (k + 1), 0);
}
