//! Scripts, as Go's tests use them.

use reqtrail::host::mailbox::Mailbox;

use super::steps::Steps;
use crate::client::reqtrail_client;
use crate::cloud::reqtrail_connection;
use crate::script::reqtrail_script;

export! {
    /// Builds a client as `reqtrail_go_client_new` does, whose calls a script answers. What its hooks are to be told
    /// keeps the script's time where it is until `reqtrail_go_handled`.
    fn reqtrail_go_script_client_new(
        script: &reqtrail_script,
        data: bytes,
        connection: *const reqtrail_connection,
    ) makes client: reqtrail_client {
        let mailbox = Mailbox::new();
        let connection = connection.as_ref().map(reqtrail_connection::connection);
        let builder = Steps(data).client(connection, &mailbox)?;
        script.mock.hold_mail(&mailbox);
        reqtrail_client::build(script.mock.attach(builder), mailbox)?
    }

    /// Says that the hooks have run for all that was taken. To be called after `reqtrail_go_take` has returned less
    /// than its capacity.
    fn reqtrail_go_handled(client: &reqtrail_client) { client.0.inbox.lane.handled(); }
}
