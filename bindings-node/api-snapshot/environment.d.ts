/** What Node programs expect of the environment where TLS is concerned. */
/**
 * The certificates of `NODE_EXTRA_CA_CERTS`, in PEM; `""` for none. As Node does it, the file is read once, and one that
 * cannot be used is a warning.
 */
export declare function environmentCa(): string;
/** Says once that `NODE_TLS_REJECT_UNAUTHORIZED=0`, which programs set for other clients, changes nothing here. */
export declare function warnOfUnverified(): void;
/** Warns of what the environment has changed, or has not. */
export declare function warn(text: string): void;
