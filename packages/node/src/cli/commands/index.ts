/** The commands of `graft`, in the order of the help. */
import type { Command } from '../command.ts';
import { compareCommand } from './compare.ts';
import { generateCommand } from './generate.ts';
import { inspectCommand } from './inspect.ts';
import { modelsCommand } from './models.ts';

export const COMMANDS: readonly Command[] = [generateCommand, compareCommand, modelsCommand, inspectCommand];
