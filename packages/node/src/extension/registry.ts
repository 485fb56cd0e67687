import type { Family } from '@graft/core/adapters';
import { RequestError } from '@graft/core/errors';
import { BUILT_IN, type GraftExtension, type Registry } from './extension.ts';

/** Compared as people read names. */
const plain = (name: string): string => name.toLowerCase().trim();

/**
 * A registry with what extensions add. Nothing is changed: who wants the extensions passes the result on.
 * Throws RequestError `extension` where a name is taken.
 */
export function extend(extensions: readonly GraftExtension[], base: Registry = BUILT_IN): Registry {
  return extensions.reduce<Registry>(
    (known, { name, families = [], samplers = [], schedulers = [], commands = [] }) => ({
      families: [...known.families, ...free(name, 'family', known.families, families, namesOfFamily)],
      samplers: [...known.samplers, ...free(name, 'sampler', known.samplers, samplers, namesOf)],
      schedulers: [...known.schedulers, ...free(name, 'scheduler', known.schedulers, schedulers, namesOfScheduler)],
      commands: [...known.commands, ...free(name, 'command', known.commands, commands, namesOf)],
    }),
    base,
  );
}

/** The families that extensions add. */
export function foreignFamilies(extensions: readonly GraftExtension[]): readonly Family[] {
  return extensions.flatMap(({ families = [] }) => families);
}

interface Named {
  readonly name: string;
  readonly aliases?: readonly string[];
}

const namesOf = ({ name, aliases = [] }: Named): readonly string[] => [name, ...aliases];
const namesOfScheduler = (one: Named & { readonly label: string }): readonly string[] => [...namesOf(one), one.label];
/** Two families with one part would both claim it. */
const namesOfFamily = ({
  name,
  parts = [],
}: {
  readonly name: string;
  readonly parts?: readonly string[];
}): string[] => [name, ...parts];

/** The items, none of whose names is taken by those known or by each other. */
function free<T>(
  extension: string,
  kind: string,
  known: readonly T[],
  items: readonly T[],
  names: (item: T) => readonly string[],
): readonly T[] {
  const taken = new Set(known.flatMap((item) => names(item).map(plain)));
  for (const item of items) {
    // One item may be called the same in two ways.
    const own = new Set(names(item).map(plain));
    const twice = [...own].find((name) => taken.has(name));
    if (twice !== undefined) {
      throw new RequestError('extension', `${extension} adds the ${kind} "${twice}", whose name is taken`, {
        hint: 'Leave one of the extensions out, or rename what it adds.',
      });
    }
    for (const name of own) taken.add(name);
  }
  return items;
}
