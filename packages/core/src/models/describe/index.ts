/** What a model file is, told from its header. */
export { withArticle } from './article.ts';
export { describeModel } from './describe.ts';
export type { AdapterDescription, Base, Count, Description, ModelKind, Recognition } from './description.ts';
export { renderDescription, type Fact } from './render.ts';
export { isDrawn } from './description.ts';
