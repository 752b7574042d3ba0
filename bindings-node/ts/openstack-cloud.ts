/** Clouds: where to sign in and how, and the connections that signing in returns. */

import { inspect } from "node:util";

import { type Client, clientOf } from "./client.js";
import { publish, wanted } from "./hooks.js";
import { Weak, hold, release } from "./keepalive.js";
import { native } from "./loader.js";
import { OUTPUT, drain } from "./mailbox.js";
import { environmentCa, warnOfUnverified } from "./environment.js";
import { errorOf } from "./mapping.js";
import type { Items } from "./crossing.js";
import type { RawCloud, RawConnection, RawSignIn } from "./native.js";
import { expected, isRecord, object, text } from "./checks.js";
import {
  type ServiceEndpoint,
  type ServiceEndpointJson,
  type Session,
  type Story,
  serviceEndpointOf,
  sessionRead,
  storyOf,
} from "./openstack-records.js";
import { type ExplainResourceOptions, STORY } from "./openstack-stories.js";
import { operate } from "./operations.js";
import type { CloudOptions } from "./option-values.js";
import type { ClientOptions } from "./options.js";
import type { Signal } from "./platform.js";
import { isLate, reasonOf, signalOf } from "./request.js";
import { exposed } from "./secret.js";
import { serial } from "./serial.js";
import { type Above, type Site, placed, placedAt, refused, siteOf } from "./stacks.js";

/** How a sign-in ended: the code, and the item. */
type Outcome = readonly [code: number, items: Items, index: number];

const NO_HOOKS = Object.freeze({});

/**
 * A cloud: where to sign in and how, and which of its endpoints to use, read as openstacksdk reads them.
 *
 * @example
 * ```ts
 * const connection = await openstack.Cloud.fromEnv().connect(); // clouds.yaml or the OS_* variables
 * const client = connection.client({ timeoutMs: 30_000 });
 * ```
 */
export class Cloud {
  #raw: RawCloud;
  /** @internal Makes two clouds differ for code that compares objects. */
  readonly serial = serial();

  /** @throws {@link ConfigError} that names the field that is wrong, and `TypeError` for an unknown option. */
  constructor(options: CloudOptions) {
    const site = siteOf(new.target);
    this.#raw = placed(site, () => {
      const unknown = native.unknownOfCloud(Object.keys(object("a cloud", options)));
      if (unknown !== null) throw refused(unknown);
      return found(native.cloudFromJson(described(options)), site);
    });
  }

  static #made(find: () => RawCloud | Items, above: Above): Cloud {
    const cloud = new Cloud({ auth_type: "none", compute_endpoint_override: "http://127.0.0.1" });
    const site = siteOf(above);
    // Replaces the placeholder above.
    cloud.#raw = placed(site, () => found(find(), site));
    return cloud;
  }

  /**
   * Finds the cloud that the environment selects: `OS_CLOUD` names one of `clouds.yaml`; without it, the `OS_*`
   * variables describe one, or `clouds.yaml` has exactly one.
   *
   * @throws {@link ConfigError} that names the files that were searched or the field that is wrong.
   */
  static fromEnv(region?: string): Cloud {
    return Cloud.#made(() => native.findCloud(undefined, given("region", region)), Cloud.fromEnv);
  }

  /** Finds the cloud with this name in `clouds.yaml`, whatever the `OS_*` variables say. */
  static named(name: string, region?: string): Cloud {
    return Cloud.#made(
      () => native.findCloud(text("name", name), given("region", region)),
      Cloud.named,
    );
  }

  /** Makes a cloud from an entry of `clouds.yaml`. Ignores keys that it does not use. */
  static fromEntry(entry: Readonly<Record<string, unknown>>): Cloud {
    return Cloud.#made(() => native.cloudFromJson(described(entry)), Cloud.fromEntry);
  }

  /**
   * Notes on what is unusual in the configuration but not wrong, such as an `OS_REGION_NAME` that differs from the
   * cloud that `OS_CLOUD` names, and is not used. They have no secrets.
   */
  get notes(): readonly string[] {
    return Object.freeze(this.#raw.notes());
  }

  /**
   * Signs in, if the cloud requires it.
   *
   * @throws What any call throws, with the trail of the sign-in.
   */
  async connect(options: { signal?: Signal | null | undefined } = {}): Promise<Connection> {
    const site = siteOf(Cloud.prototype.connect);
    let signal: Signal | undefined;
    try {
      for (const [name, value] of Object.entries(object("options", options))) {
        if (name !== "signal") throw refused(`connect has no option "${name}"; it has signal`);
        if (value != null) signal = signalOf(value);
      }
    } catch (error) {
      throw placedAt(site, error);
    }
    warnOfUnverified();
    const begin: Begin = (...watched) => this.#raw.connect(...watched, environmentCa());
    return make(await connected(begin, signal, site));
  }

  /** @internal */
  [inspect.custom](): string {
    return this.#raw.describe();
  }
}

/** Begins to make a connection. */
type Begin = (
  ...watched: [notify: () => void, handle: Weak, attempts: boolean, calls: boolean]
) => RawSignIn;

/** Waits for a connection. Only channels get the events of its calls, because there is no client yet. */
async function connected(
  begin: Begin,
  signal: Signal | undefined,
  site: Site,
): Promise<RawConnection> {
  let signIn: RawSignIn | undefined;
  const cancel = (): void => signIn?.cancel(isLate(signal!));
  signal?.addEventListener("abort", cancel);
  try {
    const [code, items, index] = await new Promise<Outcome>((end) => {
      // The native half holds this function for as long as the sign-in lives, so it must not hold the sign-in.
      const notify = (): void => {
        const own = self.deref();
        if (own === undefined) return;
        drain(own, (_, code, items, index) => {
          if (code < OUTPUT) publish(code, items, index, NO_HOOKS);
          else end([code, items, index]);
        });
      };
      signIn = begin(notify, new Weak(), ...wanted(NO_HOOKS));
      const self = new WeakRef(signIn);
      hold(signIn);
      if (signal?.aborted === true) cancel();
    });
    if (code === OUTPUT) return native.takeConnection(items, index);
    throw errorOf(items, index, site, undefined, reasonOf(signal));
  } finally {
    if (signIn !== undefined) release(signIn);
    // Last, because the program may have its own kind of signal, and this may throw.
    signal?.removeEventListener("abort", cancel);
  }
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

let make: (raw: RawConnection) => Connection;
let endpointOf: Above;

/** A cloud and a token for it. It makes clients of the cloud's services, which sign in again before the token ends. */
export class Connection {
  readonly #raw: RawConnection;
  /** Drives explanations, and makes no calls. */
  #driver: Client | undefined;
  /** @internal Makes two connections differ for code that compares objects. */
  readonly serial = serial();

  private constructor(raw: RawConnection) {
    this.#raw = raw;
  }

  static {
    make = (raw) => new Connection(raw);
    endpointOf = Object.getOwnPropertyDescriptor(Connection.prototype, "endpoint")!.get as Above;
  }

  /**
   * The URL of the compute API, from the catalog, for the cloud's interface and region.
   *
   * @throws {@link ConfigError}, which names the endpoints that exist, if there is none.
   */
  get endpoint(): string {
    const endpoint = this.#raw.endpoint();
    if (typeof endpoint === "string") return endpoint;
    throw errorOf(endpoint, 0, siteOf(endpointOf));
  }

  /** Keystone's answer to the sign-in; `null` for a cloud without a sign-in. */
  get session(): Session | null {
    const session = this.#raw.session();
    return session && Object.freeze(sessionRead(session));
  }

  /** Returns the endpoints of the catalog: type, region, interface and URL of each. Empty without a sign-in. */
  services(): readonly ServiceEndpoint[] {
    const rows = JSON.parse(this.#raw.services()) as ServiceEndpointJson[];
    return Object.freeze(rows.map((row) => Object.freeze(serviceEndpointOf(row))));
  }

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
  client(options: ServiceClientOptions & { service: string }): Promise<Client>;
  client(options?: ServiceClientOptions & { service?: null | undefined }): Client;
  client(options: ServiceClientOptions): Client | Promise<Client>;
  client(options: ServiceClientOptions = {}): Client | Promise<Client> {
    const site = siteOf(Connection.prototype.client);
    const { service, interface: given, region: where, signal, ...own } = object("options", options);
    if (service != null) return this.#clientOf(site, { service, given, where, signal }, own);
    if (signal != null) placed(site, () => signalOf(signal));
    if (given == null && where == null) return clientOf(this.#raw, own);
    const raw = placed(site, () => {
      const raw = this.#raw.compute(optional("interface", given), optional("region", where));
      if (raw instanceof native.RawConnection) return raw;
      throw errorOf(raw as Items, 0, site);
    });
    return clientOf(raw, own);
  }

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
  async explain(what: string, options: ExplainResourceOptions = {}): Promise<Story> {
    const above = Connection.prototype.explain;
    const driver = (this.#driver ??= clientOf(this.#raw.driver(), {}));
    return storyOf(
      await operate(driver, "explain_resource", { what }, options, STORY, above, this.#raw),
    );
  }

  async #clientOf(
    site: Site,
    choice: Readonly<Record<"service" | "given" | "where" | "signal", unknown>>,
    own: ClientOptions,
  ): Promise<Client> {
    const [name, face, region, signal] = placed(
      site,
      (): [string, string, string, Signal | undefined] => [
        text("service", choice.service),
        optional("interface", choice.given),
        optional("region", choice.where),
        choice.signal == null ? undefined : signalOf(choice.signal),
      ],
    );
    const begin: Begin = (...watched) => this.#raw.service(...watched, name, face, region);
    return clientOf(await connected(begin, signal, site), own);
  }

  /** @internal */
  [inspect.custom](): string {
    const { session } = this;
    const project = session?.projectName ?? session?.projectId;
    return project == null ? "Connection {}" : `Connection { project: ${inspect(project)} }`;
  }
}

function found(cloud: RawCloud | Items, site: Site): RawCloud {
  if (cloud instanceof native.RawCloud) return cloud;
  throw errorOf(cloud as Items, 0, site);
}

function given(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : text(name, value);
}

/** Reads an optional text; `""` if it is omitted. */
function optional(name: string, value: unknown): string {
  return value == null ? "" : text(name, value);
}

/** Returns a description as JSON, including its secrets. */
function described(entry: unknown): string {
  if (!isRecord(entry)) throw expected("a cloud", "an object", entry);
  return JSON.stringify(entry, function (this: unknown, name, value: unknown) {
    return exposed.call(this, name, value) ?? undefined;
  });
}
