export {
  difference,
  verdict,
  type Area,
  type CaseResult,
  type Difference,
  type Folder,
  type Tolerance,
} from './area.ts';
export { openFolder } from './folder.ts';
