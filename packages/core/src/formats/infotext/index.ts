/** Infotext: the line of generation parameters that A1111 writes into every picture. */
export { localizeNetworks } from './network-names.ts';
export {
  parseInfotext,
  type ExtractedStyles,
  type Infotext,
  type InfotextEntry,
  type ParseInfotextOptions,
} from './parse.ts';
export { pythonFloat } from './python.ts';
export { quoteValue, unquoteValue } from './quote.ts';
export {
  splitSampler,
  type SamplerName,
  type SamplerTables,
  type SchedulerName,
  type SplitSamplerOptions,
} from './sampler-names.ts';
export { settingOverrides, type SettingOverride } from './settings.ts';
export { float, writeInfotext, type InfotextFields, type InfotextValue, type PythonFloat } from './write.ts';
