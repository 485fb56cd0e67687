/**
 * Takes comments out of a prompt: `#` to the end of the line, which becomes one line break; a line that is nothing but
 * a comment goes with the break before it. A1111 `modules/processing_scripts/comments.py`.
 */
export function removeComments(text: string): string {
  return text.replace(/(?:^|\n)#[^\n]*(?:\n|$)/g, '\n').replace(/#[^\n]*(?:\n|$)/g, '\n');
}
