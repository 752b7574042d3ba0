/** Numbers for objects with private state, because code that compares objects sees only own properties. */

let last = 0;

/** Returns a number that no other object of this process has. */
export function serial(): number {
  return ++last;
}
