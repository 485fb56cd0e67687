/** Words that begin as they are spoken letter by letter with a vowel, or with a vowel; "UNet" begins with none. */
const VOWEL = /^\(?(?:[aeio]|u(?!net)|sd|ssd|ltx)/i;

/** What a file is with the article before it: "a LoRA adapter", "an SD1 checkpoint". */
export function withArticle(what: string): string {
  return `${VOWEL.test(what) ? 'an' : 'a'} ${what}`;
}
