/** One measured value. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note: string;
}

export type AddRow = (name: string, value: number, unit: string, note: string) => void;
