/** The weights of UniPC's differences: Zhao et al. 2023. */

export const VARIANTS: readonly string[] = ['bh1', 'bh2', 'vary_coeff'];

export interface UniPcWeights {
  /** Of the past differences D_k = (m_k − m_0)/r_k in the predictor. */
  readonly predictor: readonly number[];
  /** Of the same differences in the corrector. */
  readonly corrector: readonly number[];
  /** Of the new difference m_t − m_0 in the corrector. */
  readonly newest: number;
}

export interface UniPcWeightsOptions {
  /** One of VARIANTS. */
  readonly variant: string;
  /** r_k = (λ_k − λ_0)/h of the past values. */
  readonly ratios: readonly number[];
  /** Step in λ. */
  readonly h: number;
}

/** Weights such that x = base − α·Σ weight·difference. */
export function uniPcWeights({ variant, ratios, h }: UniPcWeightsOptions): UniPcWeights {
  return variant === 'vary_coeff' ? varyingCoefficients(ratios, -h) : bWeights(ratios, -h, variant);
}

/** B(h) variants: R·ρ = b with R_ij = r_j^(i−1); orders 1 and 2 take ½ as the paper's code does. */
function bWeights(ratios: readonly number[], h: number, variant: string): UniPcWeights {
  const r = [...ratios, 1];
  const order = r.length;
  const B = variant === 'bh1' ? h : Math.expm1(h);
  const b: number[] = [];
  let phi = Math.expm1(h) / h - 1;
  let factorial = 1;
  for (let i = 1; i <= order; i++) {
    b.push((phi * factorial) / B);
    factorial *= i + 1;
    phi = phi / h - 1 / factorial;
  }
  const R = r.map((_, i) => r.map((ratio) => ratio ** i));
  const leading = R.slice(0, -1).map((row) => row.slice(0, -1));
  const predictor = order === 2 ? [0.5] : apply(inverse(leading), b.slice(0, -1));
  const corrector = order === 1 ? [0.5] : apply(inverse(R), b);
  return {
    predictor: predictor.map((weight) => weight * B),
    corrector: corrector.slice(0, -1).map((weight) => weight * B),
    newest: corrector[order - 1]! * B,
  };
}

/** Coefficients that vary with the step: the inverse of C_jk = r_j^(k−1)/k!, its rows weighted by the φ functions. */
function varyingCoefficients(ratios: readonly number[], h: number): UniPcWeights {
  const r = [...ratios, 1];
  const order = r.length;
  const phi: number[] = [];
  let value = Math.expm1(h);
  let factorial = 1;
  for (let k = 1; k <= order + 1; k++) {
    phi.push(value);
    value = value / h - 1 / factorial;
    factorial *= k + 1;
  }
  const C = r.map((ratio) => {
    let entry = 1;
    return r.map((_, k) => {
      const now = entry;
      entry = (entry * ratio) / (k + 2);
      return now;
    });
  });
  const predictorRows = inverse(C.slice(0, -1).map((row) => row.slice(0, -1)));
  const correctorRows = inverse(C);
  const weigh = (rows: readonly (readonly number[])[]): number[] =>
    ratios.map((_, j) => ratios.reduce((sum, _ratio, k) => sum + phi[k + 1]! * rows[k]![j]!, 0));
  return {
    predictor: weigh(predictorRows),
    corrector: weigh(correctorRows),
    // The paper's code takes the row before the last here.
    newest: phi[order]! * correctorRows[Math.max(order - 2, 0)]![order - 1]!,
  };
}

function apply(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, j) => sum + value * vector[j]!, 0));
}

/** Inverse of a small matrix by Gauss and Jordan with row pivots. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column; i < n; i++) if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]!.map((value, _, row) => value / row[column]!);
    rows[column] = lead;
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![column]!;
      if (i !== column) rows[i] = rows[i]!.map((value, j) => value - factor * lead[j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}
