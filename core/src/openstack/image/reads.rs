//! The calls of the image API that report the result of an import.

use serde::Deserialize;

use super::task::ImageTask;
use crate::client::AnyClient;
use crate::codes::Category;
use crate::error::Error;
use crate::openstack::accepted::get::Get;
use crate::openstack::accepted::lenient;
use crate::openstack::accepted::resource::Resource;

/// Reads an image. `prefix` is the path between the client's base URL and the collection, as in `/v2`.
pub(in crate::openstack) fn image<C: AnyClient>(
    client: &C,
    prefix: &str,
    id: &str,
) -> Get<C, Resource> {
    let request = client
        .begin("GET", &format!("{prefix}/images/{{image_id}}"))
        .param("image_id", id.to_owned());
    Get::new(request, |response| response.json())
}

/// Reads the tasks of an image, which older services do not have.
pub(in crate::openstack) fn tasks<C: AnyClient>(
    client: &C,
    prefix: &str,
    id: &str,
) -> Get<C, Tasks> {
    let request = client
        .begin("GET", &format!("{prefix}/images/{{image_id}}/tasks"))
        .param("image_id", id.to_owned());
    Get::new(request, |response| response.json())
}

/// The tasks of an image.
#[derive(Deserialize)]
pub(in crate::openstack) struct Tasks {
    #[serde(deserialize_with = "lenient::rows")]
    pub(in crate::openstack) tasks: Vec<ImageTask>,
}

/// What Glance calls an image that it does not have. Its 404 has no code.
const NO_IMAGE: [&str; 2] = ["No image found", "Failed to find image"];

/// Whether Glance says that there is no such image. Another 404 is that of a proxy, or of a wrong URL.
pub(in crate::openstack) fn is_absent(error: &Error) -> bool {
    let says = error.message();
    error.category() == Some(Category::NotFound) && NO_IMAGE.iter().any(|own| says.contains(own))
}
