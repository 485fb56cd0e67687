import type { Cell } from './cells.ts';
import { tagsOf } from './strength.ts';

/** Fields and settings that decide what is loaded. */
const MODEL_FIELDS = ['refiner_checkpoint', 'hr_checkpoint_name', 'tiling'];
const MODEL_SETTINGS = ['sd_model_checkpoint', 'sd_vae', 'tiling'];

/** Places of the cells in the order that changes models least, then networks; cells that share both stay in order. */
export function drawingOrder(cells: readonly Cell[]): readonly number[] {
  const seen = new Map<string, number>();
  const rank = (key: string): number => {
    const known = seen.get(key) ?? seen.size;
    seen.set(key, known);
    return known;
  };
  const keys = cells.map(({ body }) => {
    const { prompt } = body;
    const settings = MODEL_SETTINGS.map((name) => body.override_settings[name] ?? null);
    const model = rank(JSON.stringify([settings, MODEL_FIELDS.map((name) => body[name] ?? null)]));
    return [model, rank(JSON.stringify(typeof prompt === 'string' ? tagsOf(prompt) : []))] as const;
  });
  return cells.map((_, i) => i).toSorted((a, b) => keys[a]![0] - keys[b]![0] || keys[a]![1] - keys[b]![1] || a - b);
}
