/** What every file of kohya's trainers says, even one made without metadata. All values are Python's texts of them. */
export interface KohyaMinimum {
  /** Whether the base is SD2. */
  readonly v2?: boolean | undefined;
  /** `sd_v1`, `sd_v2`, `sd_v2_v`, `sdxl_base_v1-0`. */
  readonly baseModelVersion?: string | undefined;
  /** `networks.lora`, `lycoris.kohya`. */
  readonly networkModule: string;
  /** A number, or `Dynamic` where layers differ. */
  readonly dim: string;
  readonly alpha: string;
  readonly args?: Readonly<Record<string, string>> | undefined;
}

/** The metadata of a network as kohya's trainers write them at the least; what is not known is left out. */
export function kohyaMinimumMetadata(facts: KohyaMinimum): ReadonlyMap<string, string> {
  const { v2, baseModelVersion, networkModule, dim, alpha, args } = facts;
  const metadata = new Map([
    ['ss_network_module', networkModule],
    ['ss_network_dim', dim],
    ['ss_network_alpha', alpha],
  ]);
  if (v2 !== undefined) metadata.set('ss_v2', v2 ? 'True' : 'False');
  if (baseModelVersion !== undefined) metadata.set('ss_base_model_version', baseModelVersion);
  if (args !== undefined) metadata.set('ss_network_args', pythonJson(args));
  return metadata;
}

/** An object of texts as Python's `json.dumps` spells it: blanks after `:` and `,`, all but ASCII escaped. */
function pythonJson(object: Readonly<Record<string, string>>): string {
  const text = (value: string): string =>
    JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `{${Object.entries(object)
    .map(([key, value]) => `${text(key)}: ${text(value)}`)
    .join(', ')}}`;
}
