/** Finds the native part: a package of its own for each platform, so that only one of them is installed. */
import type { Native } from "./native.js";
/** What the package manager has to have installed here, as in `reqtrail-linux-x64-gnu`. */
export declare function platformPackage(): string;
export declare const native: Native;
