/** The environment variables of Node that concern TLS. */
/**
 * Returns the certificates of `NODE_EXTRA_CA_CERTS`, in PEM; `""` for none. As in Node, the file is read once, and a
 * file that cannot be used causes a warning.
 */
export declare function environmentCa(): string;
/** Warns once that `NODE_TLS_REJECT_UNAUTHORIZED=0`, which programs set for other clients, has no effect here. */
export declare function warnOfUnverified(): void;
/** Emits a warning about the environment. */
export declare function warn(text: string): void;
