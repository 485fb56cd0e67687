/** Prototypes that a careless reader could write to. */
const PROTOTYPES: ReadonlyMap<string, object> = new Map<string, object>([
  ['Object', Object.prototype],
  ['Array', Array.prototype],
  ['Function', Function.prototype],
  ['String', String.prototype],
  ['Number', Number.prototype],
  ['Boolean', Boolean.prototype],
  ['RegExp', RegExp.prototype],
  ['Error', Error.prototype],
  ['Promise', Promise.prototype],
  ['Map', Map.prototype],
  ['Set', Set.prototype],
  ['Uint8Array', Uint8Array.prototype],
]);

/** Remembers the built-in prototypes; `changes` says in words what differs now. */
export function builtIns(): { changes(): string[] } {
  const before = snapshot();
  return {
    changes: () => {
      const problems = 'polluted' in {} ? ['every object has a property "polluted" now'] : [];
      const after = snapshot();
      for (const [name, properties] of before) {
        const now = after.get(name)!;
        if (now.size !== properties.size || [...properties].some(([key, value]) => !Object.is(now.get(key), value)))
          problems.push(`${name}.prototype has changed`);
      }
      return problems;
    },
  };
}

function snapshot(): Map<string, Map<PropertyKey, unknown>> {
  return new Map(
    [...PROTOTYPES].map(([name, prototype]) => [
      name,
      new Map<PropertyKey, unknown>(
        Reflect.ownKeys(prototype).map((key) => {
          const property = Object.getOwnPropertyDescriptor(prototype, key)!;
          return [key, 'value' in property ? (property.value as unknown) : Reflect.get(property, 'get')];
        }),
      ),
    ]),
  );
}
