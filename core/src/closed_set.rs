//! A closed set of names with numbers, the same in every language: what the generated tables are made of.

/// Makes an enum whose values have a name and a number that never change.
macro_rules! closed_set {
    (
        $(#[$doc:meta])*
        $set:ident {
            $($(#[$value_doc:meta])* $value:ident = $name:literal, $number:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum $set {
            $($(#[$value_doc])* $value,)*
        }

        impl $set {
            /// All values, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// Returns the name, the same in every language.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }

            /// Returns the number, which never changes between releases.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$value => $number,)*
                }
            }

            /// Returns the value of this name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl std::fmt::Display for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use closed_set;
