//! The structure of a value. JSON would do, except that it rounds large numbers and has no infinite ones.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

/// serde_json's name of a number that it keeps as text, and of the only field of it.
const JSON_NUMBER: &str = "$serde_json::private::Number";

/// A value, or a part of one.
#[derive(Debug)]
pub(super) enum Item {
    Null,
    Text(String),
    /// A number or a boolean, in its `Display` form.
    Scalar(String),
    /// A number that has no digits.
    NotFinite,
    List(Vec<Item>),
    Map(Vec<(String, Item)>),
}

impl Item {
    /// Reads a value.
    pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, Refused> {
        value.serialize(Items)
    }

    /// Returns the type, for messages: never the text, which may be a secret.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "text",
            Self::Scalar(_) | Self::NotFinite => "a number or a boolean",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// Wraps it under the name of an enum's variant, if there is one.
    fn under(self, variant: Option<&'static str>) -> Self {
        match variant {
            Some(variant) => Self::Map(vec![(variant.to_owned(), self)]),
            None => self,
        }
    }
}

/// Why a value cannot be read.
#[derive(Debug)]
pub(super) struct Refused(pub(super) &'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    // A type's own error text may contain its value.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self("the type refused a value")
    }
}

/// Makes items.
struct Items;

/// Writes types by their `Display` form.
macro_rules! scalars {
    ($($name:ident: $type:ty,)+) => {
        $(fn $name(self, value: $type) -> Result<Item, Refused> {
            Ok(Item::Scalar(value.to_string()))
        })+
    };
}

/// Writes floating-point numbers.
macro_rules! floats {
    ($($name:ident: $type:ty,)+) => {
        $(fn $name(self, value: $type) -> Result<Item, Refused> {
            Ok(match value.is_finite() {
                true => Item::Scalar(value.to_string()),
                false => Item::NotFinite,
            })
        })+
    };
}

impl Serializer for Items {
    type Ok = Item;
    type Error = Refused;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Map;
    type SerializeStruct = Map;
    type SerializeStructVariant = Map;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
    }

    floats! {
        serialize_f32: f32,
        serialize_f64: f64,
    }

    fn serialize_char(self, value: char) -> Result<Item, Refused> {
        Ok(Item::Text(value.into()))
    }

    fn serialize_str(self, value: &str) -> Result<Item, Refused> {
        Ok(Item::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Item, Refused> {
        let items = value.iter().map(|byte| Item::Scalar(byte.to_string()));
        Ok(Item::List(items.collect()))
    }

    fn serialize_none(self) -> Result<Item, Refused> {
        Ok(Item::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Item, Refused> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Item, Refused> {
        Ok(Item::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Item, Refused> {
        Ok(Item::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Item, Refused> {
        Ok(Item::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Item, Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Item, Refused> {
        Ok(value.serialize(self)?.under(Some(variant)))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Refused> {
        Ok(List::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<List, Refused> {
        Ok(List::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List, Refused> {
        Ok(List::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List, Refused> {
        Ok(List {
            variant: Some(variant),
            ..List::default()
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map, Refused> {
        Ok(Map::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Map, Refused> {
        Ok(Map::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Map, Refused> {
        Ok(Map {
            variant: Some(variant),
            ..Map::default()
        })
    }
}

/// A list in the making.
#[derive(Default)]
struct List {
    variant: Option<&'static str>,
    items: Vec<Item>,
}

/// A map or a struct in the making.
#[derive(Default)]
struct Map {
    variant: Option<&'static str>,
    /// The name whose value comes next.
    name: String,
    entries: Vec<(String, Item)>,
}

/// Collects the items of types that serde distinguishes and JSON does not.
macro_rules! lists {
    ($($kind:ident::$add:ident,)+) => {
        $(impl ser::$kind for List {
            type Ok = Item;
            type Error = Refused;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.items.push(Item::of(value)?);
                Ok(())
            }

            fn end(self) -> Result<Item, Refused> {
                Ok(Item::List(self.items).under(self.variant))
            }
        })+
    };
}

lists! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

impl ser::SerializeMap for Map {
    type Ok = Item;
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        match Item::of(key)? {
            Item::Text(name) | Item::Scalar(name) => self.name = name,
            _ => return Err(Refused("a name is not a text, a number or a boolean")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        let name = std::mem::take(&mut self.name);
        self.entries.push((name, Item::of(value)?));
        Ok(())
    }

    fn end(self) -> Result<Item, Refused> {
        Ok(Item::Map(self.entries).under(self.variant))
    }
}

/// Collects the fields of structs.
macro_rules! structs {
    ($($kind:ident,)+) => {
        $(impl ser::$kind for Map {
            type Ok = Item;
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Refused> {
                self.entries.push((name.to_owned(), Item::of(value)?));
                Ok(())
            }

            fn end(mut self) -> Result<Item, Refused> {
                if let [(name, Item::Text(digits))] = &mut *self.entries
                    && name == JSON_NUMBER
                {
                    return Ok(Item::Scalar(std::mem::take(digits)));
                }
                Ok(Item::Map(self.entries).under(self.variant))
            }
        })+
    };
}

structs! {
    SerializeStruct,
    SerializeStructVariant,
}
