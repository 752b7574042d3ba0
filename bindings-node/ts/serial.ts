/** Numbers for objects that keep what they are out of sight: what compares objects sees own properties alone. */

let last = 0;

/** A number that no other object of this process has. */
export function serial(): number {
  return ++last;
}
