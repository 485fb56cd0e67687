import { GENERATE_OPTIONS } from '../generate/options.ts';
import type { OptionGroup } from '../option.ts';

/** A comparison has one picture in a cell. */
const LEFT_OUT = ['batch', 'count', 'grid', 'preview'];

const OUTPUT = 'File of the grid, or a folder; without it the next free name of compare.png, compare2.png …';

/** Options of `graft compare`: its own, and those of `graft generate` for what all pictures share. */
export const COMPARE_OPTIONS: readonly OptionGroup[] = [
  {
    title: 'Comparison',
    options: [
      {
        name: 'with',
        value: 'TAGS',
        multiple: true,
        help: 'Behind the prompt, such as "<lora:NAME:1>": drawn without and with it; several are compared with each other',
      },
      { name: 'x', value: 'AXIS', help: 'What changes from column to column, such as "seed: 1..3"' },
      { name: 'y', value: 'AXIS', help: 'From row to row, such as "strength: 0, 0.5, 1"' },
      { name: 'z', value: 'AXIS', help: 'From page to page, such as "checkpoint: a, b"' },
      { name: 'diff', help: 'Draw also where pictures differ from those they are measured against' },
      {
        name: 'reference',
        value: 'AXIS',
        help: 'Measure against the first picture along x, y or z, or the very "first"; without it along the axis of the tags, else x',
      },
    ],
  },
  ...GENERATE_OPTIONS.map(({ title, options }) => ({
    title,
    options: options
      .filter(({ name }) => !LEFT_OUT.includes(name))
      .map((option) => (option.name === 'output' ? { ...option, help: OUTPUT } : option)),
  })),
];
