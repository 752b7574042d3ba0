//! The queue of incidents.

use http::Method;

use super::{Effect, Incident};

/// Incidents in the order in which they were injected.
#[derive(Debug, Default)]
pub(crate) struct IncidentQueue {
    waiting: Vec<Incident>,
}

impl IncidentQueue {
    /// Adds an incident at the end.
    pub(crate) fn push(&mut self, incident: Incident) {
        self.waiting.push(incident);
    }

    /// Takes the effect on a request: one time of the first incident that matches it.
    pub(crate) fn take(
        &mut self,
        method: &Method,
        path: &str,
        health_probe: bool,
    ) -> Option<Effect> {
        let matches = |incident: &Incident| incident.matches(method, path, health_probe);
        let index = self.waiting.iter().position(matches)?;
        let incident = &mut self.waiting[index];
        incident.times -= 1;
        if incident.times > 0 {
            return Some(incident.effect.clone());
        }
        Some(self.waiting.remove(index).effect)
    }

    /// Removes all incidents.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Returns how many requests the incidents still wait for.
    pub(crate) fn pending(&self) -> u64 {
        self.waiting
            .iter()
            .map(|incident| u64::from(incident.times))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn names(queue: &mut IncidentQueue, requests: &[(Method, &str)]) -> Vec<Option<&'static str>> {
        let met = |(method, path): &(Method, &str)| queue.take(method, path, false);
        requests
            .iter()
            .map(met)
            .map(|effect| effect.map(|effect| effect.name()))
            .collect()
    }

    #[test]
    fn each_request_takes_the_first_match() {
        let mut queue = IncidentQueue::default();
        queue.push(Incident::internal_error().on("get", "/events").times(2));
        queue.push(Incident::close().on("*", "/cameras/{id}/trigger"));
        queue.push(Incident::slow(Duration::ZERO));
        assert_eq!(queue.pending(), 4);
        let requests = [
            (Method::POST, "/cameras/7/trigger"),
            (Method::GET, "/events"),
            (Method::GET, "/cameras/7"),
            (Method::GET, "/events"),
            (Method::GET, "/events"),
        ];
        let expected = [
            Some("close"),
            Some("internal_error"),
            Some("slow"),
            Some("internal_error"),
            None,
        ];
        assert_eq!(names(&mut queue, &requests), expected);
        assert_eq!(queue.pending(), 0);
    }

    #[test]
    fn a_target_matches_only_whole_paths() {
        let mut queue = IncidentQueue::default();
        queue.push(Incident::stall().on("GET", "/events/{id}"));
        let requests = [
            (Method::GET, "/events"),
            (Method::GET, "/events/1/clip"),
            (Method::PATCH, "/events/1"),
            (Method::GET, "/events/1"),
        ];
        assert_eq!(
            names(&mut queue, &requests),
            [None, None, None, Some("stall")]
        );
    }

    #[test]
    fn health_probes_match_only_incidents_that_name_them() {
        let mut queue = IncidentQueue::default();
        queue.push(Incident::stall());
        assert_eq!(queue.take(&Method::GET, "/health", true), None);
        queue.push(Incident::close().on("GET", "/health"));
        assert_eq!(
            queue.take(&Method::GET, "/health", true),
            Some(Effect::Close)
        );
    }
}
