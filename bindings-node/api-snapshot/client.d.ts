/// <reference lib="esnext.disposable" preserve="true" />
import { Driver, type MockBase } from "./driver.js";
import type { RawConnection } from "./native.js";
import type { SecretText } from "./option-types.js";
import type { ClientOptions } from "./options.js";
import type { Url } from "./platform.js";
import type { Recorder } from "./recorder.js";
import type { CallOptions, Query, RequestArgs } from "./request.js";
import type { Response } from "./response.js";
/** The options of a client with a fixed dialect. */
export type DialectOptions = Omit<ClientOptions, "dialect">;
/** Makes a client of a connection to a cloud, or of a mock. */
export declare function clientOf(base: RawConnection | MockBase, options: ClientOptions): Client;
/**
 * Makes calls to one API. Every call resolves to a {@link Response}, or rejects with a {@link ReqtrailError}; both have the
 * call's trail. One client serves a whole program, and keeps its connections.
 *
 * An unused client does not keep the process alive, and is garbage-collected; {@link Client.close} ends it sooner.
 *
 * @example
 * ```ts
 * const client = Client.novavms("https://novavms.example/api/v1", { token: "sk_live_…", timeoutMs: 30_000 });
 * const camera = await client.get("/cameras/{id}", { params: { id: 7 } });
 * console.log(camera.requestId, camera.json());
 * ```
 */
export declare class Client implements AsyncDisposable {
    #private;
    /**
     * @throws {@link ConfigError} if the client cannot be built, and `TypeError` for an unknown option.
     */
    constructor(baseUrl: string | Url, options?: ClientOptions);
    /** Makes a client of the NovaVMS API at a URL such as `https://novavms.example/api/v1`. */
    static novavms(baseUrl: string | Url, options?: DialectOptions): Client;
    /** Makes a client of OpenStack's compute API at a URL such as `https://nova.example/v2.1`. */
    static openstack(baseUrl: string | Url, options?: DialectOptions): Client;
    /** Makes a GET call. */
    get<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes a POST call. */
    post<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes a PUT call. */
    put<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes a PATCH call. */
    patch<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes a DELETE call. */
    delete<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes a HEAD call. */
    head<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes an OPTIONS call. */
    options<const Path extends string, const Q extends object = Query>(path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /**
     * Makes a call with any method.
     *
     * `path` is a template such as `/cameras/{id}`; trails show it unchanged, so put values in `params` and `query`. A
     * {@link Secret} in `params` appears as `{id}` everywhere.
     */
    request<const Path extends string, const Q extends object = Query>(method: string, path: Path, ...[options]: RequestArgs<Path, Q>): Promise<Response>;
    /** Makes a call to a link that the API returned, such as a `next` URL. It must be on the client's origin. */
    requestLink(method: string, link: string | Url, options?: CallOptions): Promise<Response>;
    /** Replaces the credential. Calls that have begun keep theirs. */
    setToken(token: SecretText): void;
    /** The client's recorder, which keeps the trails of its last calls. */
    get recorder(): Recorder;
    /**
     * Cancels the calls under way and closes the connections. Later calls reject with a {@link RequestBuildError}, which
     * has no trail.
     */
    close(): Promise<void>;
    /** Closes the client at the end of an `await using` block. */
    [Symbol.asyncDispose](): Promise<void>;
}
/** Returns the driver of a client, for code that is built on clients. */
export declare function driverOf(client: Client): Driver;
export declare function urlText(name: string, url: unknown): string;
