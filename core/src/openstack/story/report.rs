//! A story as a table for a terminal.

use std::fmt;

use super::record::{ResourceStory, Story};
use crate::redact::one_line;
use crate::trail::report::Lines;

impl Story {
    /// The story as a table for a terminal: at most 100 columns, without stack traces. Its first lines say why it failed,
    /// and which request IDs to give to the operator.
    #[must_use]
    pub fn report(&self) -> String {
        let mut out = Lines::default();
        // What bears a request's ID is related to that, all of it.
        let own = self.resources.first().filter(|own| own.relation.is_none());
        let asked = match own {
            Some(own) => title(own),
            None => {
                let request = self.asked.trim_start_matches("request/");
                let bear = count(self.resources.len(), "resource");
                format!("request {request}: {bear}")
            }
        };
        out.words("", &one_line(&asked));
        match &self.failure {
            Some(failure) => out.words("  why: ", &one_line(failure.trim())),
            None => out.words("  why: ", "nothing that was read says that anything failed"),
        }
        if !self.request_ids.is_empty() {
            let ids: Vec<String> = self.request_ids.iter().map(|id| self.by(id)).collect();
            out.words("  give the operator: ", &one_line(&ids.join(", ")));
        }
        for resource in &self.resources {
            if let Some(relation) = &resource.relation {
                let line = format!("{} ({relation})", title(resource));
                out.words("", &one_line(&line));
            }
            rows(&mut out, resource);
        }
        for note in &self.notes {
            out.words("- ", &one_line(note));
        }
        let calls = count(self.trails.len(), "call");
        out.words("- ", &format!("Read with {calls}."));
        out.finish()
    }

    /// A request ID, and which resource's request it is of.
    fn by(&self, id: &str) -> String {
        let mut failed = self.resources.iter().filter(|own| own.failure.is_some());
        let of = failed.find(|own| own.request_id.as_deref() == Some(id));
        let of = of.map_or_else(String::new, |own| format!(" ({})", own.resource_type));
        format!("{id}{of}")
    }
}

/// Kind, name, UUID and state.
fn title(resource: &ResourceStory) -> String {
    let ResourceStory {
        resource_type,
        id,
        name,
        ..
    } = resource;
    let status = resource
        .status
        .as_deref()
        .unwrap_or(match resource.relation {
            Some(_) => "state not known",
            None => "gone",
        });
    match name {
        Some(name) => format!("{resource_type} {id} {name}: {status}"),
        None => format!("{resource_type} {id}: {status}"),
    }
}

/// What is known of a resource, below its title.
fn rows(out: &mut Lines, resource: &ResourceStory) {
    let fault = resource.fault.as_deref();
    // The first lines say it as a rule.
    let is_above = |own: &&str| {
        resource
            .failure
            .as_deref()
            .is_some_and(|all| all.contains(own.trim_end_matches('.')))
    };
    if let Some(fault) = fault.filter(|own| !is_above(own)) {
        out.words("  fault: ", &one_line(fault));
    }
    // What messages and tasks say follows by itself.
    let is_said = !resource.messages.is_empty() || !resource.tasks.is_empty();
    let failure = resource.failure.as_ref();
    if let Some(failure) = failure.filter(|_| resource.relation.is_some() && !is_said) {
        out.words("  why: ", &one_line(failure.trim()));
    }
    for action in &resource.actions {
        action.rows(out, "  ", fault);
    }
    for message in &resource.messages {
        row(
            out,
            message.created_at.as_deref(),
            &message.to_string(),
            message.request_id.as_deref(),
        );
    }
    for task in &resource.tasks {
        row(
            out,
            task.created_at.as_deref(),
            &task.to_string(),
            task.request_id.as_deref(),
        );
    }
}

fn row(out: &mut Lines, at: Option<&str>, text: &str, request_id: Option<&str>) {
    let cells = [at.unwrap_or("-"), request_id.unwrap_or("-")];
    let cells = cells.map(|cell| one_line(cell).into_owned());
    out.cells("  ", " ", &cells);
    out.words("      ", &one_line(text.trim()));
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}
