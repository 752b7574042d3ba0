/** Clouds: where to sign in and how, and what signing in gives. */
import { type Client } from "./client.js";
import { type Session } from "./openstack-records.js";
import type { CloudOptions } from "./option-values.js";
import type { ClientOptions } from "./options.js";
import type { Signal } from "./platform.js";
/**
 * A cloud: where to sign in and how, and which of its endpoints to use, read as openstacksdk reads them.
 *
 * @example
 * ```ts
 * const connection = await openstack.Cloud.fromEnv().connect(); // clouds.yaml or the OS_* variables
 * const client = connection.client({ timeoutMs: 30_000 });
 * ```
 */
export declare class Cloud {
    #private;
    /** @throws {@link ConfigError} that names the field that is wrong, and `TypeError` for an option that there is not. */
    constructor(options: CloudOptions);
    /**
     * The cloud that the environment means: `OS_CLOUD` names one of `clouds.yaml`; without it the `OS_*` variables describe
     * one, or `clouds.yaml` has just one.
     *
     * @throws {@link ConfigError} that names the files that were searched or the field that is wrong.
     */
    static fromEnv(region?: string): Cloud;
    /** The cloud of this name in `clouds.yaml`, whatever the `OS_*` variables say. */
    static named(name: string, region?: string): Cloud;
    /** A cloud as an entry of `clouds.yaml` describes it. Keys that are of no use here are passed over. */
    static fromEntry(entry: Readonly<Record<string, unknown>>): Cloud;
    /**
     * What is odd about the configuration without being wrong: variables such as `OS_REGION_NAME` that differ from the cloud
     * that `OS_CLOUD` names, and are not used. They have no secrets.
     */
    get notes(): readonly string[];
    /**
     * Signs in, if the cloud asks for it.
     *
     * @throws What any call throws, with the trail of the sign-in.
     */
    connect(options?: {
        signal?: Signal | null | undefined;
    }): Promise<Connection>;
}
/** A cloud with a token for it: begins clients of its compute API, which sign in again before the token ends. */
export declare class Connection {
    #private;
    private constructor();
    /**
     * The URL of the compute API: the catalog's, for the cloud's interface and region.
     *
     * @throws {@link ConfigError} if there is none; it names those that there are.
     */
    get endpoint(): string;
    /** What Keystone answered to the sign-in; `null` for a cloud that is used without one. */
    get session(): Session | null;
    /** A client of the compute API, with the endpoint, the token and the cloud's TLS options. */
    client(options?: Omit<ClientOptions, "dialect">): Client;
}
