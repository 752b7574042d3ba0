//! OpenStack: making operations

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::openstack::OperationKind;

use crate::operation::reqtrail_operation;
use crate::response::reqtrail_response;
use crate::trail::reqtrail_trail;

export! {
    /// Makes an operation that reads a server, its fault included. The caller frees *operation.
    fn reqtrail_operation_server(server_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Server, server_id, "")
    }

    /// Makes an operation that reads an action of a server by the ID of the request that started it: the one that its
    /// response carried. The caller frees *operation.
    ///
    /// A deleted server's actions can be read from microversion 2.21.
    fn reqtrail_operation_action(server_id: text, request_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Action, server_id, request_id)
    }

    /// Makes an operation that lists a server's actions, newest first, without their steps. The caller frees
    /// *operation.
    fn reqtrail_operation_actions(server_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Actions, server_id, "")
    }

    /// Makes an operation that follows what a request started until it has ended, and says how. The caller frees
    /// *operation.
    ///
    /// `server_id` is the server's UUID, or its exact name, which is looked up first. A report may still say `unknown`:
    /// look at its verdict.
    ///
    /// Errors of its run: REQTRAIL_ERROR_ACTION_FAILED if the action failed, and those of a call if a poll failed for
    /// good or it was cancelled. There is always a report.
    fn reqtrail_operation_follow(server_id: text, request_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Follow, server_id, request_id)
    }

    /// Like `reqtrail_operation_follow`, but takes the response of the request, whose trail the report then has, too.
    /// The caller frees *operation; the response may be freed at once.
    fn reqtrail_operation_follow_response(server_id: text, response: &reqtrail_response) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Follow, server_id, response.response())
    }

    /// Like `reqtrail_operation_follow`, but takes the trail of the request, whose trail the report then has, too. The
    /// caller frees *operation; the trail may be freed at once.
    fn reqtrail_operation_follow_trail(server_id: text, trail: &reqtrail_trail) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Follow, server_id, trail.core())
    }

    /// Makes an operation that reads the history of a server: its actions, newest first, each with its request ID, its
    /// outcome and its steps, and the server's fault. The caller frees *operation.
    ///
    /// `server_id` is the server's UUID, or its exact name, which is looked up first. A deleted server has a history,
    /// by its UUID, as long as its actions can be read, from microversion 2.21.
    ///
    /// Errors of its run: those of a call if it cannot be read.
    fn reqtrail_operation_explain(server_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Explain, server_id, "")
    }

    /// Makes an operation that reads the server that has exactly this name, including its fault: looks the name up,
    /// then reads the server, whose trail the result has. A timeout applies to each of the two calls. The caller frees
    /// *operation.
    ///
    /// If no server has this name, the error is `api` with the category `not_found`; if several have it, `invalid`.
    fn reqtrail_operation_server_by_name(server_name: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::ServerByName, server_name, "")
    }

    /// Makes an operation that follows the work that a request began until it has ended, and says how: the creation or
    /// extension of a volume, the import of an image, an action of a server. The caller frees *operation.
    ///
    /// The work is named by the response of that request; or by its kind, such as `volume.extend` or `image.import`,
    /// the UUID of the resource, and the request ID. A report may still say `unknown`: look at its verdict.
    ///
    /// Errors of its run: REQTRAIL_ERROR_ACTION_FAILED if the work failed, and those of a call if a poll failed for
    /// good, it was cancelled, or nothing says what to follow. There is always a report.
    fn reqtrail_operation_follow_resource(kind: text, resource_id: text, request_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::FollowResource, &format!("{kind}/{resource_id}"), request_id)
    }

    /// Like `reqtrail_operation_follow_resource`, but takes the response of the request, whose trail the report then
    /// has, too. The caller frees *operation; the response may be freed at once.
    fn reqtrail_operation_follow_resource_response(response: &reqtrail_response) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::FollowResource, "", response.response())
    }

    /// Like `reqtrail_operation_follow_resource`, but takes the trail of the request, whose trail the report then has,
    /// too. The caller frees *operation; the trail may be freed at once.
    fn reqtrail_operation_follow_resource_trail(trail: &reqtrail_trail) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::FollowResource, "", trail.core())
    }
}
