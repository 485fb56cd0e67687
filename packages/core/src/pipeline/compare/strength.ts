/** Tags that load networks. An unclosed one is none, and tags hold no tags: so the search is linear. */
const TAG = /<(lora|lyco|hypernet):([^<>]+)>/g;

/** What may stand in the places of a tag's strengths: numbers, and curves over the steps. */
const STRENGTH = /^\s*[+-]?[\d.][^=]*$/;

/** Whether a text holds tags that load networks. */
export function hasTags(text: string): boolean {
  return text.search(TAG) >= 0;
}

/** The tags of a text that load networks, as they are written. */
export function tagsOf(text: string): readonly string[] {
  return text.match(TAG) ?? [];
}

/**
 * The text with the strengths in its tags of networks replaced by one: on the text encoder and the UNet both. Other arguments, such as
 * ranks or block weights, stay.
 */
export function withStrength(text: string, strength: string): string {
  return text.replace(TAG, (_, kind: string, content: string) => {
    const [name = '', ...items] = content.split(':');
    const rest = items.filter((item) => !/^\s*(te|unet)\s*=/.test(item));
    // The strengths are the first two places; block weights may stand in the second.
    const isFirst = rest[0] !== undefined && !rest[0].includes('=');
    const isSecond = isFirst && rest[1] !== undefined && STRENGTH.test(rest[1]) && !isBlockList(rest[1]);
    const kept = rest.slice(isSecond ? 2 : isFirst ? 1 : 0);
    // A rank in the third place keeps it.
    const places = isSecond && kept.some((item) => !item.includes('=')) ? [strength, strength] : [strength];
    return `<${[kind, [name, ...places, ...kept].join(':')].join(':')}>`;
  });
}

/** A list of weights for blocks, not a curve over steps. */
function isBlockList(item: string): boolean {
  return item.includes(',') && !item.includes('@');
}
