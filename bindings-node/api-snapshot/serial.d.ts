/** Numbers for objects that keep what they are out of sight: what compares objects sees own properties alone. */
/** A number that no other object of this process has. */
export declare function serial(): number;
