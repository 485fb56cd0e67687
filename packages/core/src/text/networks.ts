import { isWordAt } from './characters.ts';

/** The arguments of one tag `<name:a:b:key=c>`. */
export interface NetworkArguments {
  /** All of them as written. */
  readonly items: readonly string[];
  /** Those without a name, in order. */
  readonly positional: readonly string[];
  /** Those with exactly one `=`; the last of a name counts. */
  readonly named: ReadonlyMap<string, string>;
}

export interface ParsedNetworks {
  /** The prompts without tags. */
  readonly texts: readonly string[];
  /** The tags of the first prompt by name, as written: `lora`, `hypernet`, …. */
  readonly found: ReadonlyMap<string, readonly NetworkArguments[]>;
}

/**
 * Takes the extra-network tags out of prompts. Only those of the first prompt are used: a batch has one set of
 * networks. Unknown names are taken out too. A1111 `modules/extra_networks.py` parse_prompts.
 */
export function parseNetworks(prompts: readonly string[]): ParsedNetworks {
  const found = new Map<string, NetworkArguments[]>();
  const texts = prompts.map((prompt, index) =>
    removeTags(prompt, (name, content) => {
      if (index > 0) return;
      const list = found.get(name) ?? [];
      list.push(readArguments(content));
      found.set(name, list);
    }),
  );
  return { texts, found };
}

/** A tag as it was written. */
export function spellTag(name: string, { items }: Pick<NetworkArguments, 'items'>): string {
  return `<${name}:${items.join(':')}>`;
}

/** A tag is `<`, a word, `:`, at least one character other than `>`, `>`. */
function removeTags(prompt: string, tag: (name: string, content: string) => void): string {
  const out: string[] = [];
  let kept = 0;
  let close = -1;
  for (let open = prompt.indexOf('<'); open >= 0; open = prompt.indexOf('<', open)) {
    let colon = open + 1;
    while (isWordAt(prompt, colon)) colon += prompt.codePointAt(colon)! > 0xffff ? 2 : 1;
    if (colon > open + 1 && prompt[colon] === ':') {
      if (close <= colon) close = prompt.indexOf('>', colon);
      if (close < 0) break;
      if (close > colon + 1) {
        out.push(prompt.slice(kept, open));
        tag(prompt.slice(open + 1, colon), prompt.slice(colon + 1, close));
        kept = close + 1;
        open = kept;
        continue;
      }
    }
    open = Math.max(colon, open + 1);
  }
  out.push(prompt.slice(kept));
  return out.join('');
}

function readArguments(content: string): NetworkArguments {
  const items = content.split(':');
  const positional: string[] = [];
  const named = new Map<string, string>();
  for (const item of items) {
    const [key, value, ...more] = item.split('=');
    if (value !== undefined && more.length === 0) named.set(key!, value);
    else positional.push(item);
  }
  return { items, positional, named };
}
