/** Numbers for objects with private state, because code that compares objects sees only own properties. */
/** Returns a number that no other object of this process has. */
export declare function serial(): number;
