/** Loads the native part. Each platform has its own package, so that only one of them is installed. */
import type { Native } from "./native.js";
export declare const native: Native;
