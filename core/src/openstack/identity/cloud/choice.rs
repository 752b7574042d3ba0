//! Chooses a cloud's endpoint for a service.

use super::Cloud;
use crate::error::Error;
use crate::openstack::identity::service::{Choice, ServiceOptions, is_compute};

impl Cloud {
    /// What the cloud and the options say about the service.
    pub(super) fn choice(&self, service: &str, options: &ServiceOptions) -> Result<Choice, Error> {
        let choice = match is_compute(service) {
            true => Choice {
                service: service.to_owned(),
                types: vec![self.service_type.clone()],
                endpoint: self.endpoint.clone(),
                interfaces: self.interfaces.clone(),
                region: self.region.clone(),
                microversion: self.microversion.clone(),
                wanted: None,
            },
            false => Choice::of(&self.settings, service)?,
        };
        Ok(choice.with(options))
    }
}
