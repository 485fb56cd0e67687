/** A number of things: `1 layer`, `2 layers`. `many`: the plural, where it is not the word with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
