/** Finds the native part: a package of its own for each platform, so that only one of them is installed. */
import type { Native } from "./native.js";
export declare const native: Native;
