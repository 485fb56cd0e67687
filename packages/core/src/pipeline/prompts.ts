import { RequestError } from '../errors/index.ts';
import { applyStyles, parseNetworks, removeComments, type NetworkArguments } from '../text/index.ts';
import type { PipelineContext } from './context.ts';
import type { GenerateRequest } from './request.ts';

/** The texts of a request with styles put in and comments taken out; tags are still in. */
export interface RequestTexts {
  readonly prompt: string;
  readonly negative: string;
  readonly hiresPrompt: string;
  readonly hiresNegative: string;
}

/** Styles first, then comments, as A1111's scripts run. Throws RequestError for an unknown style. */
export function requestTexts(request: GenerateRequest, { styles = [] }: Pick<PipelineContext, 'styles'>): RequestTexts {
  const unknown = request.styles.find((name) => name !== 'None' && !styles.some((style) => style.name === name));
  if (unknown !== undefined) {
    throw new RequestError('styles', `there is no style "${unknown}"`, {
      hint:
        styles.length > 0 ? `There are: ${styles.map((style) => style.name).join(', ')}` : 'There is no styles.csv.',
    });
  }
  const clean = (text: string): string => (request.options.enable_prompt_comments ? removeComments(text) : text);
  const own = (prompt: string): string => prompt + settingsTags(prompt, request.options);
  const styled = (prompt: string, negative: string): { prompt: string; negative: string } => {
    const result = applyStyles({ prompt, negative }, request.styles, styles);
    return { prompt: own(clean(result.prompt)), negative: clean(result.negative) };
  };
  const first = styled(request.prompt, request.negative_prompt);
  if (request.kind === 'img2img') return { ...first, hiresPrompt: first.prompt, hiresNegative: first.negative };
  const second = styled(request.hr_prompt || request.prompt, request.hr_negative_prompt || request.negative_prompt);
  return { ...first, hiresPrompt: second.prompt, hiresNegative: second.negative };
}

/** The tags that the settings "Add … to prompt" append, unless the prompt has the network already. */
function settingsTags(
  prompt: string,
  { sd_hypernetwork, sd_lora, extra_networks_default_multiplier: strength }: GenerateRequest['options'],
): string {
  const wanted = [
    ['hypernet', sd_hypernetwork],
    ['lora', sd_lora],
  ] as const;
  const { found } = parseNetworks([prompt]);
  return wanted
    .filter(
      ([kind, name]) =>
        name !== '' && name !== 'None' && found.get(kind)?.some(({ items }) => items[0] === name) !== true,
    )
    .map(([kind, name]) => `<${kind}:${name}:${strength}>`)
    .join('');
}

/** Names of tags that load networks. */
const KNOWN = new Set(['lora', 'lyco', 'hypernet']);

/** The networks of a prompt, and the prompt without its tags. Unknown kinds of tags are taken out and named in `unknown`. */
export function promptNetworks(prompt: string): {
  readonly text: string;
  readonly networks: ReadonlyMap<string, readonly NetworkArguments[]>;
  readonly unknown: readonly string[];
} {
  const { texts, found } = parseNetworks([prompt]);
  return { text: texts[0]!, networks: found, unknown: [...found.keys()].filter((name) => !KNOWN.has(name)) };
}
