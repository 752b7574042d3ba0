//! The surface: every option that a program can set, and every field of the records that it reads, described once.
//!
//! A group of options is a macro that lists rows: a stable number, a name, a type, details, and the documentation. The
//! argument decides what the rows become: [`options_struct`] makes the struct that holds them, a builder makes its
//! methods. `cargo run -p xtask -- codegen` reads the same rows, writes `schema/surface.json`, and prints the options of
//! every other language from it.
//!
//! A row is `NUMBER name: Type { details };`. The details are:
//! * `setter: into` makes the Rust method take `impl Into<Type>`; `setter: [Item]` makes it take an iterable, whose items it
//!   adds; `setter: hand` means that the method is written by hand. It comes first.
//! * `default: EXPR` is the value of an option that is not set. It comes next.
//! * `reqwest: "method"` marks an option of the wire, and names the method of reqwest's builder that does the same. It comes
//!   next.
//! * `unit`, `kind`, and the names of languages are for the printers; `xtask/src/surface/rows.rs` has the list.
//!
//! The documentation begins with "Sets "; the printers omit that where a language documents fields.
//!
//! A record whose fields Rust reads by methods is made of rows too; `xtask/src/surface/fields.rs` has their details. A
//! record with public fields is its struct, in the module that uses it.

pub(crate) mod api_error;
pub(crate) mod attempt;
pub(crate) mod client;
#[cfg(all(feature = "openstack", feature = "unstable-host"))]
pub(crate) mod cloud;
pub(crate) mod error;
pub(crate) mod names;
#[cfg(feature = "openstack")]
pub(crate) mod operation;
pub(crate) mod recent;
pub(crate) mod request;
#[cfg(feature = "openstack")]
pub(crate) mod session;
pub(crate) mod trail;
#[cfg(feature = "unstable-host")]
mod unknown;
mod value;

pub use names::Spelling;
pub(crate) use names::option_of;
#[cfg(feature = "unstable-host")]
pub use unknown::Owner;
pub use value::{Kind, OptionError, OptionSpec, Value};
pub(crate) use value::{Refusal, Setting};

/// Makes the struct of a group of options, all unset at first, and the functions that set them by number.
macro_rules! options_struct {
    (
        $(#[$meta:meta])* struct $group:ident of $vis:vis fields;
        options { $($(#[$doc:meta])* $id:literal $name:ident: $type:ty { $($detail:tt)* };)+ }
        by_hand { $($hand:tt)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default)]
        pub struct $group {
            $($(#[$doc])* $vis $name: Option<$type>,)+
        }

        impl $group {
            /// Every option of the group, in the order of the numbers.
            #[cfg(feature = "unstable-host")]
            pub const OPTIONS: &'static [$crate::surface::OptionSpec] = &[
                $($crate::surface::OptionSpec {
                    id: $id,
                    name: stringify!($name),
                    kind: <$type as $crate::surface::Setting>::KIND,
                    is_null_a_value: <$type as $crate::surface::Setting>::IS_NULL_A_VALUE,
                },)+
            ];

            /// Finds an option by its name in snake case.
            #[cfg(feature = "unstable-host")]
            #[must_use]
            pub fn find(name: &str) -> Option<&'static $crate::surface::OptionSpec> {
                Self::OPTIONS.iter().find(|spec| spec.name == name)
            }

            /// Sets an option by its number. Lists and headers add to what is already set. Null unsets an option, unless
            /// the option takes null as a value.
            ///
            /// # Errors
            /// Names the option, what it expects and what came.
            #[cfg(feature = "unstable-host")]
            pub fn set(
                &mut self,
                id: u16,
                value: $crate::surface::Value,
            ) -> Result<(), $crate::surface::OptionError> {
                match id {
                    $($id => $crate::surface::value_of(&mut self.$name, stringify!($name), value),)+
                    _ => Err($crate::surface::OptionError::unknown(id)),
                }
            }

            /// Sets every option that is set in `later`.
            #[cfg(feature = "unstable-host")]
            pub fn overlay(&mut self, later: &Self) {
                $($crate::surface::overlay(&mut self.$name, later.$name.as_ref());)+
            }

            $($crate::surface::options_struct! { @default $name $type { $($detail)* } })+
        }

        impl ::std::fmt::Debug for $group {
            // Values may be secrets.
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let set = [$(self.$name.as_ref().map(|_| stringify!($name))),+];
                f.debug_set().entries(set.into_iter().flatten()).finish()
            }
        }
    };
    (@default $name:ident $type:ty { setter: $setter:tt, $($rest:tt)+ }) => {
        $crate::surface::options_struct! { @default $name $type { $($rest)+ } }
    };
    (@default $name:ident $type:ty { default: $default:expr $(, $($rest:tt)*)? }) => {
        /// The value, or the default.
        #[cfg_attr(not(feature = "journal"), allow(dead_code, reason = "the journal's options need its feature"))]
        pub(crate) fn $name(&self) -> $type {
            self.$name.clone().unwrap_or($default)
        }
    };
    (@default $name:ident $type:ty { $($rest:tt)* }) => {};
}
pub(crate) use options_struct;

/// Passes the rows of the wire to the macro `$use`, each as `name: Type = DEFAULT, "method of reqwest's", |options|
/// READ;`.
macro_rules! wire_rows {
    ($use:ident options { $($rows:tt)* } by_hand { $($hand:tt)* }) => {
        $crate::surface::wire_rows! { @$use [] $($rows)* }
    };
    (@$use:ident [$($done:tt)*]) => { $use! { $($done)* } };
    (
        @$use:ident [$($done:tt)*] $(#[$doc:meta])* $id:literal $name:ident: $type:ty {
            $(setter: $setter:tt,)? default: $default:expr, reqwest: $method:literal $(, $($rest:tt)*)?
        };
        $($rows:tt)*
    ) => {
        $crate::surface::wire_rows! {
            @$use [$($done)* $name: $type = $default, $method, |options| options.$name();] $($rows)*
        }
    };
    (
        @$use:ident [$($done:tt)*] $(#[$doc:meta])* $id:literal $name:ident: $type:ty {
            $(setter: $setter:tt,)? reqwest: $method:literal $(, $($rest:tt)*)?
        };
        $($rows:tt)*
    ) => {
        $crate::surface::wire_rows! {
            @$use [$($done)* $name: Option<$type> = None, $method, |options| options.$name.clone();] $($rows)*
        }
    };
    (@$use:ident [$($done:tt)*] $(#[$doc:meta])* $id:literal $name:ident: $type:ty { $($detail:tt)* }; $($rows:tt)*) => {
        $crate::surface::wire_rows! { @$use [$($done)*] $($rows)* }
    };
}
pub(crate) use wire_rows;

/// Makes the methods by which a program reads the fields of a record.
macro_rules! record_methods {
    (
        $record:ident
        fields { $($(#[$doc:meta])* $name:ident: $type:ty { $($detail:tt)* } = |$it:ident| $read:expr;)+ }
    ) => {
        impl $record {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self) -> $type {
                    let $it = self;
                    $read
                }
            )+
        }
    };
}
pub(crate) use record_methods;

pub(crate) use value::{overlay, put, value_of};
