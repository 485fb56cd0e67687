/** Average length from which captions are sentences, not tags. */
const SENTENCE = 16;
const SHORTEST_WORD = 3;
const WORD = /[-_\p{L}\p{N}']+/gu;

/**
 * The words of the training captions and how often they stood there, the most frequent first. Captions that are sentences
 * are taken apart. Empty without `ss_tag_frequency`. A1111 extensions-builtin/Lora/ui_edit_user_metadata.py build_tags.
 */
export function trainingTags(metadata: ReadonlyMap<string, string>): (readonly [tag: string, count: number])[] {
  let counts = new Map<string, number>();
  for (const tags of Object.values(parseRecord(metadata.get('ss_tag_frequency'))))
    for (const [tag, count] of Object.entries(isRecord(tags) ? tags : {}))
      if (typeof count === 'number') add(counts, tag.trim(), count);
  const length = [...counts.keys()].reduce((sum, tag) => sum + Array.from(tag).length, 0);
  if (counts.size > 0 && length / counts.size >= SENTENCE) {
    const words = new Map<string, number>();
    for (const [text, count] of counts)
      for (const [word] of text.matchAll(WORD)) if (Array.from(word).length >= SHORTEST_WORD) add(words, word, count);
    counts = words;
  }
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

/** Words that stand in this share of the training pictures belong to what was taught. */
const NEARLY_ALL = 0.9;
const MOST_WORDS = 8;

/**
 * The words that call what a file was taught: those it names itself, else those that stood in nearly all captions, else the
 * class words of the training folders (`10_mycat`). Empty where nothing tells.
 */
export function triggerWords(metadata: ReadonlyMap<string, string>): string[] {
  const own = metadata.get('modelspec.trigger_phrase')?.trim();
  if (own !== undefined && own !== '')
    return own
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  const tags = trainingTags(metadata);
  const most = tags[0]?.[1] ?? 0;
  const pictures = Math.max(pictureCount(metadata), most);
  const taught = tags.filter(([, count]) => count >= NEARLY_ALL * pictures).map(([tag]) => tag);
  if (taught.length > 0) return taught.slice(0, MOST_WORDS);
  const folders = Object.keys(parseRecord(metadata.get('ss_dataset_dirs')));
  return folders.flatMap((folder) => /^\d+_(.+)$/.exec(folder)?.[1] ?? []).slice(0, MOST_WORDS);
}

/** Training pictures, each counted once. */
function pictureCount(metadata: ReadonlyMap<string, string>): number {
  const folders = Object.values(parseRecord(metadata.get('ss_dataset_dirs')));
  return folders.reduce<number>((sum, folder) => {
    const count = isRecord(folder) ? folder['img_count'] : undefined;
    return sum + (typeof count === 'number' ? count : 0);
  }, 0);
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function parseRecord(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
