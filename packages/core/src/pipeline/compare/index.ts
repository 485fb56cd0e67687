/** Comparisons: one request in many variants, drawn side by side and measured. */
export { axisLabel, isNothing, parseAxis, type Axis, type AxisTarget } from './axis.ts';
export {
  compareCells,
  MOST_CELLS,
  type Cell,
  type Cells,
  type CompareBody,
  type Comparison,
  type Direction,
} from './cells.ts';
export { drawingOrder } from './drawing-order.ts';
export { heatPicture, measureDifference, VISIBLE, type Difference } from './difference.ts';
export { drawSheet, type Sheet } from './grid.ts';
export { idleNotes } from './idle-axes.ts';
export { hasTags, tagsOf, withStrength } from './strength.ts';
export { MOST_VALUES, readValues, type ValueType } from './values.ts';
