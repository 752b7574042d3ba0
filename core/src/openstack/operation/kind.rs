//! Makes operations of each kind, from the rows of the surface.

use super::Operation;
use crate::openstack::compute::ActionRef;
#[cfg(feature = "unstable-host")]
use crate::openstack::compute::OperationOptions;
use crate::openstack::identity::Connection;
use crate::surface::operation::{OperationKind, operation_rows};
#[cfg(feature = "unstable-host")]
use crate::surface::{OptionSpec, Owner, Spelling};

macro_rules! constructors {
    (
        sets $sets:tt
        operations {
            $($(#[$doc:meta])* $id:literal $kind:ident $name:ident($($parameter:ident),+)
                -> $record:ident: $set:ident $errors:tt;)+
        }
    ) => {
        impl Operation {
            $(constructors! { @one [$(#[$doc])*] $kind $name $($parameter)+ })+
        }
    };
    (@one [$(#[$doc:meta])*] $kind:ident $name:ident what) => {
        $(#[$doc])*
        pub fn $name(connection: &Connection, what: impl Into<String>) -> Self {
            Self::new(OperationKind::$kind, what, ActionRef::none()).connection(connection)
        }
    };
    (@one [$(#[$doc:meta])*] $kind:ident $name:ident $server:ident $($action:ident)?) => {
        $(#[$doc])*
        pub fn $name($server: impl Into<String> $(, $action: impl Into<ActionRef>)?) -> Self {
            Self::new(OperationKind::$kind, $server, constructors!(@action $($action)?))
        }
    };
    (@action) => { ActionRef::none() };
    (@action $action:ident) => { $action };
}
operation_rows!(constructors);

impl OperationKind {
    /// Finds an option that is a value by its name in snake case.
    ///
    /// # Errors
    /// The text about a name that is not an option of this kind.
    #[cfg(feature = "unstable-host")]
    pub fn find(self, name: &str, spelling: Spelling) -> Result<&'static OptionSpec, String> {
        OperationOptions::find(name)
            .filter(|spec| self.has(spec.name))
            .ok_or_else(|| Owner::Operation(self).unknown(name, &[], spelling))
    }
}

#[cfg(all(test, feature = "unstable-host"))]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::surface::{Kind, Value};

    fn example(kind: Kind) -> Value {
        match kind {
            Kind::Count(_) => Value::Integer(3),
            Kind::Duration => Value::Duration(Duration::from_secs(3)),
            Kind::Moment => Value::Moment(SystemTime::UNIX_EPOCH),
            _ => Value::Text("some".to_owned()),
        }
    }

    #[test]
    fn an_operation_takes_its_options_and_no_others() {
        for kind in OperationKind::ALL {
            let mut operation = Operation::new(*kind, "c76a7603", "req-1");
            for spec in OperationOptions::OPTIONS {
                let set = operation.set(spec.id, example(spec.kind));
                let found = kind.find(spec.name, Spelling::Python);
                if kind.has(spec.name) {
                    assert_eq!((set, found), (Ok(()), Ok(spec)));
                } else {
                    let said = set.expect_err(spec.name).to_string();
                    let wanted = format!(
                        "{}: the operation `{kind}` does not have this option",
                        spec.name
                    );
                    assert_eq!(said, wanted);
                    found.expect_err(spec.name);
                }
            }
            let had = OperationOptions::OPTIONS
                .iter()
                .filter(|spec| kind.has(spec.name))
                .map(|spec| spec.name);
            let set = format!("{{{}}}", had.collect::<Vec<_>>().join(", "));
            assert_eq!(format!("{:?}", operation.options).replace('"', ""), set);
        }
    }
}
