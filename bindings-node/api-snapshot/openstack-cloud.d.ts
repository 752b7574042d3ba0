/** Clouds: where to sign in and how, and what signing in gives. */
import { type Client } from "./client.js";
import { type ServiceEndpoint, type Session } from "./openstack-records.js";
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
/** Which endpoint of a service a client calls, and the options of that client. */
export interface ServiceClientOptions extends Omit<ClientOptions, "dialect"> {
    /** The interface of the endpoint: `public`, `internal` or `admin`. It overrides the cloud's. */
    interface?: string | null | undefined;
    /** The region of the endpoint. It overrides the cloud's. */
    region?: string | null | undefined;
}
/** A cloud with a token for it: begins clients of its services, which sign in again before the token ends. */
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
    /** The endpoints of the catalog: type, region, interface and URL of each. There are none without a sign-in. */
    services(): readonly ServiceEndpoint[];
    /**
     * A client of a service, with its endpoint, the token and the cloud's TLS options.
     *
     * `service` is the service's type, such as `"volume"`, `"network"` or `"image"`, or an alias of it. With it the client is a
     * promise: if the endpoint names no version of the API, the service is asked for its versions first, once for each
     * connection. Without it the client is one of the compute API, and is there at once.
     *
     * @example
     * ```ts
     * const cinder = await connection.client({ service: "volume", microversion: "3.70" });
     * ```
     */
    client(options: ServiceClientOptions & {
        service: string;
    }): Promise<Client>;
    client(options?: ServiceClientOptions & {
        service?: null | undefined;
    }): Client;
    client(options: ServiceClientOptions): Client | Promise<Client>;
}
