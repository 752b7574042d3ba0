/** Clouds: where to sign in and how, and the connections that signing in returns. */
import { type Client } from "./client.js";
import { type ServiceEndpoint, type Session, type Story } from "./openstack-records.js";
import { type ExplainResourceOptions } from "./openstack-stories.js";
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
    /** @throws {@link ConfigError} that names the field that is wrong, and `TypeError` for an unknown option. */
    constructor(options: CloudOptions);
    /**
     * Finds the cloud that the environment selects: `OS_CLOUD` names one of `clouds.yaml`; without it, the `OS_*`
     * variables describe one, or `clouds.yaml` has exactly one.
     *
     * @throws {@link ConfigError} that names the files that were searched or the field that is wrong.
     */
    static fromEnv(region?: string): Cloud;
    /** Finds the cloud with this name in `clouds.yaml`, whatever the `OS_*` variables say. */
    static named(name: string, region?: string): Cloud;
    /** Makes a cloud from an entry of `clouds.yaml`. Ignores keys that it does not use. */
    static fromEntry(entry: Readonly<Record<string, unknown>>): Cloud;
    /**
     * Notes on what is unusual in the configuration but not wrong, such as an `OS_REGION_NAME` that differs from the
     * cloud that `OS_CLOUD` names, and is not used. They have no secrets.
     */
    get notes(): readonly string[];
    /**
     * Signs in, if the cloud requires it.
     *
     * @throws What any call throws, with the trail of the sign-in.
     */
    connect(options?: {
        signal?: Signal | null | undefined;
    }): Promise<Connection>;
}
/** The options of a service's client, and of the choice of its endpoint. */
export interface ServiceClientOptions extends Omit<ClientOptions, "dialect"> {
    /** The interface of the endpoint: `public`, `internal` or `admin`. It overrides the cloud's. */
    interface?: string | null | undefined;
    /** The region of the endpoint. It overrides the cloud's. */
    region?: string | null | undefined;
    /** Cancels the request for the versions of a service's API. It does not cancel the calls of the client. */
    signal?: Signal | null | undefined;
}
/** A cloud and a token for it. It makes clients of the cloud's services, which sign in again before the token ends. */
export declare class Connection {
    #private;
    private constructor();
    /**
     * The URL of the compute API, from the catalog, for the cloud's interface and region.
     *
     * @throws {@link ConfigError}, which names the endpoints that exist, if there is none.
     */
    get endpoint(): string;
    /** Keystone's answer to the sign-in; `null` for a cloud without a sign-in. */
    get session(): Session | null;
    /** Returns the endpoints of the catalog: type, region, interface and URL of each. Empty without a sign-in. */
    services(): readonly ServiceEndpoint[];
    /**
     * Makes a client of a service, with its endpoint, the token and the cloud's TLS options.
     *
     * `service` is the service's type, such as `"volume"`, `"network"` or `"image"`, or an alias of it. With it, the
     * method returns a promise: if the endpoint names no version of the API, reqtrail first asks the service for its
     * versions, once per connection; `signal` cancels that. Without it, the method returns a client of the compute API at
     * once.
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
    /**
     * Reads the story of a server, a volume, a snapshot or an image over the services of the cloud, or of everything with
     * a request's ID: what happened to it, why, and which request IDs to give to the operator.
     *
     * `what` is a UUID, an exact name, or a request ID `req-…`; with its kind and a slash in front, as in `volume/data`,
     * only that kind is searched for. The kinds are `server`, `volume`, `snapshot`, `image` and `request`. Without a kind,
     * a name is that of a server, a volume or an image.
     *
     * The story of a server includes its volumes and its ports. If a service is missing in the catalog, refuses or does not
     * answer, the story has a note.
     *
     * @throws {@link ExplainError} if nothing is found, if several resources have the name, or if the story cannot be
     * read. It has the trails of all calls.
     *
     * @example
     * ```ts
     * const story = await connection.explain("web-1");
     * if (story.failure !== null) console.log(`${story.failure}; give the operator ${story.requestIds.join(", ")}`);
     * console.log(story.report());
     * ```
     */
    explain(what: string, options?: ExplainResourceOptions): Promise<Story>;
}
