//! Rust: what the conformance adapter sets options by. Rust's own methods are made by the rows themselves.

use std::fmt::Write as _;

use super::{Kind, Language, Row, Surface};

const HEADER: &str =
    "// Generated from core/src/surface by `cargo run -p xtask -- codegen`. Do not edit.\n\n";

/// The file of the adapter that sets options by name.
pub(crate) fn adapter(surface: &Surface) -> String {
    let mut out = format!("//! Sets any option of the surface by its name.\n\n{HEADER}");
    out += "use reqtrail::{ClientBuilder, Proxy, RequestBuilder};\nuse serde_json::Value;\n\nuse crate::values::*;\n";
    for group in &surface.groups {
        let (function, kind, generics) = match group.name {
            "client" => ("client", "ClientBuilder", ""),
            _ => ("request", "RequestBuilder<C>", "<C>"),
        };
        let _ = write!(
            out,
            "\n/// Sets an option of a {group}. The error names the option.\n\
             pub(crate) fn {function}{generics}(builder: {kind}, name: &str, value: &Value) -> Result<{kind}, Trouble> {{\n\
             let plain = name.strip_suffix(\"_ms\").unwrap_or(name);\n",
            group = group.name
        );
        let off = group.options.iter().filter(|row| row.is_null_a_value);
        let off: Vec<&str> = off.map(|row| row.name.as_str()).collect();
        if off.is_empty() {
            out += "if value.is_null() {\nreturn Ok(builder);\n}\n";
        } else {
            let _ = writeln!(
                out,
                "// Null leaves an option unset, unless it turns it off.\n\
                 if value.is_null() && !{off:?}.contains(&plain) {{\nreturn Ok(builder);\n}}"
            );
        }
        out += "Ok(match plain {\n";
        for row in &group.options {
            let _ = writeln!(out, "{:?} => {},", row.name, setter(row));
        }
        let _ = write!(
            out,
            "_ => return Err(Trouble::Unknown(format!(\"{}: the adapter knows no option `{{name}}`\"))),\n}})\n}}\n",
            group.name
        );
    }
    let of_the_wire = surface.groups.iter().flat_map(|group| &group.options);
    let of_the_wire = of_the_wire.filter(|row| row.detail("reqwest").is_some());
    let names: Vec<&str> = of_the_wire.map(|row| row.name.as_str()).collect();
    let _ = write!(
        out,
        "\n/// Options that belong to the transport, which may be another library's.\n\
         pub(crate) const OF_THE_WIRE: &[&str] = &{names:?};\n"
    );
    out
}

/// The call of the method that sets the option.
fn setter(row: &Row) -> String {
    let method = row.spelt(Language::Rust);
    let read = match row.kind {
        Kind::Flag => "flag",
        Kind::Count => "count",
        Kind::Duration => "duration",
        Kind::Moment => "moment",
        Kind::Text | Kind::Path | Kind::Secret | Kind::ByHand => "text",
        Kind::Dialect => "dialect",
        Kind::RetryBudget => "budget",
        // A method that takes one of them has a name that says so.
        Kind::Texts if row.detail("rust").is_none() => "texts",
        Kind::Statuses => "statuses",
        Kind::Texts | Kind::Pems => {
            return format!(
                "texts(name, value)?.into_iter().fold(builder, |builder, one| builder.{method}(one))"
            );
        }
        Kind::Headers => {
            return format!(
                "pairs(name, value)?.into_iter().fold(builder, |builder, (key, text)| builder.{method}(key, text))"
            );
        }
    };
    match row.kind {
        // A URL, or none at all.
        Kind::Secret if row.is_null_a_value => format!(
            "builder.{method}(nullable(text, name, value)?.map_or(Proxy::None, |url| Proxy::Url(url.into())))"
        ),
        _ if row.is_null_a_value => format!("builder.{method}(nullable({read}, name, value)?)"),
        _ => format!("builder.{method}({read}(name, value)?)"),
    }
}
