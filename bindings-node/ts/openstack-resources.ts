/** What OpenStack's services accepted, followed to its end. */

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

import { type Client, driverOf } from "./client.js";
import { type ActionReport, type Progress, actionReportOf } from "./openstack-records.js";
import { type OptionTable, accepted, operate } from "./operations.js";
import type { Signal } from "./platform.js";
import type { Response } from "./response.js";

/** How what a service accepted is followed. What is left out keeps its default. */
export interface FollowResourceOptions {
  /**
   * The size that an extension of a volume asked for, in GiB. The response of a request that this process sent carries
   * it; an ID alone does not.
   */
  size?: number | null | undefined;
  /** The first wait between two polls. It doubles with each further poll. In milliseconds. Default: 500. */
  pollIntervalMs?: number | null | undefined;
  /** The longest wait between two polls. In milliseconds. Default: 10,000. */
  maxPollIntervalMs?: number | null | undefined;
  /**
   * How long the action is followed. One that still runs then is reported as `unknown`. In milliseconds. Default:
   * 600,000.
   */
  deadlineMs?: number | null | undefined;
  /**
   * How long an undecided state has to stay the same before it counts as the end, since an action looks idle between
   * two of its steps. It is ten times as long while a step is not finished or has yet to begin. In milliseconds.
   * Default: 3,000.
   */
  settleTimeMs?: number | null | undefined;
  /** What cancels the operation. */
  signal?: Signal | null | undefined;
  /**
   * The function that is called after every poll. It must be quick. The operation goes on if it fails. What it throws
   * becomes a warning of the process.
   */
  onProgress?: ((progress: Progress) => void) | null | undefined;
}

const TABLE: OptionTable = {
  size: [11, "count", false],
  pollIntervalMs: [7, "duration", false],
  maxPollIntervalMs: [8, "duration", false],
  deadlineMs: [9, "duration", false],
  settleTimeMs: [10, "duration", false],
  signal: "signal",
  onProgress: "onProgress",
};

/**
 * Follows what a service accepted to its end: the creation of a volume, its extension, the import of an image, through
 * a {@link Client}.
 *
 * The client is one of the service concerned. Of work that is not known here the verdict is `unknown`.
 */
export class Resources {
  /** The client that makes the calls. */
  readonly client: Client;

  constructor(client: Client) {
    driverOf(client);
    this.client = client;
  }

  /**
   * Follows the work that a request began until it has ended, and says how: the creation or extension of a volume, the
   * import of an image, an action of a server.
   *
   * The work is named by the response of that request; or by its kind, such as `volume.extend` or `image.import`, the
   * UUID of the resource, and the request ID. A report may still say `unknown`: look at its verdict.
   *
   * @throws {@link ActionFailedError} if the work failed, and {@link ActionUnfollowedError} if a poll failed for good,
   * it was cancelled, or nothing says what to follow.
   */
  follow(response: Response, options?: FollowResourceOptions): Promise<ActionReport>;
  follow(
    kind: string,
    resourceId: string,
    requestId: string | Response,
    options?: FollowResourceOptions,
  ): Promise<ActionReport>;
  async follow(what: Response | string, ...rest: readonly unknown[]): Promise<ActionReport> {
    const above = Resources.prototype.follow;
    const [given, options] = accepted(what, rest);
    return actionReportOf(
      await operate(this.client, "follow_resource", given, options, TABLE, above),
    );
  }
}
