//! Reads a list page by page, after a marker.

/// How many pages of a list are read at most. The services filter lists, so more than one is rare.
const MAX_PAGES: usize = 100;

/// How far a list was read.
#[derive(Default)]
pub(in crate::openstack) struct Pages {
    read: usize,
    marker: Option<String>,
}

/// What follows a page.
pub(in crate::openstack) enum AfterPage {
    /// Another page, after the new marker.
    Page,
    /// The list is read.
    End,
    /// No end is in sight. What was not found may be on a page that was not read.
    Endless,
}

impl Pages {
    /// The ID of the row after which the next page begins; `None` for the first page.
    pub(in crate::openstack) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Notes a page: whether it links to another, and the ID of its last row.
    pub(in crate::openstack) fn passed(
        &mut self,
        has_next: bool,
        last: Option<String>,
    ) -> AfterPage {
        self.read += 1;
        if !has_next || last.is_none() {
            return AfterPage::End;
        }
        // A server that passes over the marker repeats its first page.
        if self.read == MAX_PAGES || last == self.marker {
            return AfterPage::Endless;
        }
        self.marker = last;
        AfterPage::Page
    }
}

/// Says that a list is endless. `list` names it.
pub(in crate::openstack) fn endless(list: &str) -> String {
    format!("{list} did not end within {MAX_PAGES} pages")
}
