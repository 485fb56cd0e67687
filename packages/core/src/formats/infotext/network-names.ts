import type { Infotext } from './parse.ts';

/**
 * Gives the tags of adapters (`lora`, `lyco`) in a read infotext the names that local files have: a tag whose name stands in "Lora hashes"
 * is renamed when `nameOf` knows a file with that hash (12 hexadecimal digits), of that name or another. Tags of the AddNet extension become LoRA tags first.
 */
export function localizeNetworks(
  infotext: Infotext,
  nameOf: (hash: string, name: string) => string | undefined,
): Infotext {
  const result: Infotext = new Map(infotext);
  const prompt = `${String(infotext.get('Prompt') ?? '')}${addNetTags(infotext)}`;
  const hashes = readHashes(String(infotext.get('Lora hashes') ?? ''));
  result.set(
    'Prompt',
    prompt.replace(/<(lora|lyco):([^:<>]+)(?=[:>])/g, (tag, kind: string, alias: string) => {
      const hash = hashes.get(alias);
      const name = hash === undefined ? undefined : nameOf(hash, alias);
      return name === undefined ? tag : `<${kind}:${name}`;
    }),
  );
  return result;
}

function readHashes(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').flatMap((part) => {
      const at = part.indexOf(':');
      return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
    }),
  );
}

/** "AddNet Module 1: LoRA, AddNet Model 1: name(hash), AddNet Weight A 1: 0.8" as tags. */
function addNetTags(infotext: Infotext): string {
  const tags = [...infotext.keys()].flatMap((key) => {
    const number = /^AddNet Model (.*)$/s.exec(key)?.[1];
    if (number === undefined || infotext.get(`AddNet Module ${number}`) !== 'LoRA') return [];
    const model = String(infotext.get(key));
    const name = model.endsWith(')') ? model.slice(0, model.lastIndexOf('(')).trimEnd() : model;
    return [`<lora:${name}:${String(infotext.get(`AddNet Weight A ${number}`) ?? '1.0')}>`];
  });
  return tags.length === 0 ? '' : `\n${tags.join('')}`;
}
