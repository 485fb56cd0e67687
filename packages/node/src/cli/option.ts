/** An option of a command, as data: help and parsing read it. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** Other names that people know it by; not listed in the help. */
  readonly aliases?: readonly string[];
  /** What its value is called in the help; absent: it takes none. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** One line. */
  readonly help: string;
}

/** Options under one heading of the help. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

/** What every command understands. */
export const GENERAL: OptionGroup = {
  title: 'General',
  options: [
    { name: 'models', value: 'DIR', help: "Folder of models, laid out like the webui's (or set GRAFT_MODELS)" },
    {
      name: 'extension',
      value: 'NAME',
      multiple: true,
      help: 'Package, or path of one, with samplers, families … of its own; it runs as a program',
    },
    { name: 'json', help: 'Write JSON lines for programs on standard output' },
    { name: 'quiet', short: 'q', help: 'Say nothing but errors' },
    { name: 'help', short: 'h', help: 'Show help; after a command, its options' },
    { name: 'version', short: 'V', help: 'Show the version' },
  ],
};
