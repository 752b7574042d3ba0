/** The version of the package. A test compares it with `package.json`, which a bundle does not have. */
export declare const VERSION = "0.1.0";
