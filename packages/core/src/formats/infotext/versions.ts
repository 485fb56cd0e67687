/** A version of a program as PEP 440 orders it; local labels do not count. */
export interface ProgramVersion {
  /** Compared number by number; epoch first, then release, pre, post and development numbers. */
  readonly parts: readonly number[];
}

const PATTERN =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i;
/** Numbers of a release that are compared. */
const RELEASE_PARTS = 8;
const PRE_RANK: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };
const NUMBER_LIMIT = 9;

/** Reads the "Version" of an infotext, such as "v1.7.0-226-gdeadbee" (226 commits after 1.7.0); undefined for other texts. */
export function parseVersion(text: string | undefined): ProgramVersion | undefined {
  if (text === undefined || text.length > 200) return undefined;
  const commits = /^([^-]+-[^-]+)-/.exec(text)?.[1];
  const match = PATTERN.exec((commits ?? text).trim());
  if (!match || /\d{10}/.test(match[0])) return undefined;
  const [, epoch = '0', release = '', pre, preNumber = '', commitsAfter, postNumber, dev, devNumber = ''] = match;
  const numbers = release.split('.').map(Number);
  if (numbers.length > RELEASE_PARTS) return undefined;
  const post = commitsAfter ?? postNumber;
  // A development release comes before its pre-releases, those before the release, that before its post-releases.
  const preRank =
    pre === undefined ? (dev !== undefined && post === undefined ? -1 : NUMBER_LIMIT) : PRE_RANK[pre.toLowerCase()]!;
  return {
    parts: [
      Number(epoch),
      ...Array.from({ length: RELEASE_PARTS }, (_, i) => numbers[i] ?? 0),
      preRank,
      Number(preNumber || 0),
      post === undefined ? -1 : Number(post || 0),
      dev === undefined ? Infinity : Number(devNumber || 0),
    ],
  };
}

/** Negative when a comes before b, 0 when they are the same, positive when after. */
export function compareVersions(a: ProgramVersion, b: ProgramVersion): number {
  const at = a.parts.findIndex((part, i) => part !== b.parts[i]);
  return at < 0 ? 0 : a.parts[at]! < b.parts[at]! ? -1 : 1;
}
