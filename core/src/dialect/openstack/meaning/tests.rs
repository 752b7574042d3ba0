use std::time::Duration;

use super::*;

fn seen<'a>(code: Option<&'a str>, status: u16, message: Option<&'a str>) -> ErrorContext<'a> {
    ErrorContext {
        code,
        message,
        status,
        retry_after: None,
    }
}

fn category(code: Option<&str>, status: u16, message: &str) -> Option<Category> {
    of(&seen(code, status, Some(message)), false).and_then(|meaning| meaning.category)
}

#[test]
fn a_credential_that_has_ended_is_no_missing_thing() {
    let category = |signs_in, status, message| {
        let meaning = of(&seen(None, status, Some(message)), signs_in);
        meaning.and_then(|meaning| meaning.category)
    };
    for ended in [
        "Could not find token: gAAAA.",
        "Could not find Application Credential: c1f3.",
        "Failed to validate token",
        "Could not recognize Fernet token",
    ] {
        assert_eq!(category(true, 404, ended), Some(Category::Authentication));
        assert_eq!(category(false, 404, ended), None);
        assert_eq!(category(true, 400, ended), None);
    }
    assert_eq!(
        category(true, 404, "The resource could not be found."),
        None
    );
}

#[test]
fn a_quota_is_named_in_words_at_403() {
    let quota = "Quota exceeded for instances: Requested 1, but already used 0 of 0 instances";
    let policy = "Policy doesn't allow os_compute_api:os-hypervisors:list to be performed.";
    assert_eq!(
        category(Some("forbidden"), 403, quota),
        Some(Category::Quota)
    );
    assert_eq!(category(None, 403, quota), Some(Category::Quota));
    let unnamed = "Maximum number of metadata items exceeds 128";
    assert_eq!(
        category(Some("forbidden"), 403, unnamed),
        Some(Category::Quota)
    );
    assert_eq!(
        category(Some("forbidden"), 403, policy),
        Some(Category::Permission)
    );
    // At another status the message means nothing.
    assert_eq!(
        category(Some("badRequest"), 400, quota),
        Some(Category::Invalid)
    );
    assert_eq!(category(None, 403, "quota class"), None);
}

#[test]
fn over_limit_is_a_quota_at_413_and_a_rate_at_429() {
    assert_eq!(category(Some("overLimit"), 413, ""), Some(Category::Quota));
    assert_eq!(category(Some("overLimit"), 429, ""), None);
    let rule = |status, retry_after| {
        let seen = ErrorContext {
            retry_after,
            ..seen(Some("overLimit"), status, None)
        };
        of(&seen, false).and_then(|meaning| meaning.retry)
    };
    assert_eq!(rule(413, Some(Duration::ZERO)), Some(RetryRule::Never));
    assert_eq!(rule(413, Some(Duration::from_secs(1))), None);
    assert_eq!(rule(413, None), None);
    assert_eq!(rule(429, Some(Duration::ZERO)), None);
}

#[test]
fn one_fault_serves_several_statuses() {
    assert_eq!(
        category(Some("computeFault"), 500, ""),
        Some(Category::Server)
    );
    assert_eq!(category(Some("computeFault"), 410, ""), None);
}

#[test]
fn a_quota_is_a_quota_whatever_the_service() {
    for (code, status, message) in [
        (
            Some("OverQuota"),
            409,
            "Quota exceeded for resources: ['network'].",
        ),
        (
            Some("SubnetPoolQuotaExceeded"),
            409,
            "Per-tenant subnet pool prefix quota exceeded.",
        ),
        (Some("over_quota"), 413, "Quota exceeded for zones."),
        (
            Some("overLimit"),
            413,
            "VolumeLimitExceeded: Maximum number of volumes allowed (0) exceeded for quota 'volumes'.",
        ),
        (None, 403, "Quota has been met for resources: load_balancer"),
        (
            None,
            403,
            "Creation not allowed because a quota has been reached",
        ),
        (
            Some("client"),
            403,
            "Resource limit exceeded: You have reached the maximum clusters per project, 1.",
        ),
        (
            Some("RequestLimitExceeded"),
            400,
            "Request limit exceeded: You have reached the maximum stacks per tenant, 100. Please delete some stacks.",
        ),
        (
            None,
            413,
            "Image exceeds the storage quota: The size of the data 2 will exceed the limit.",
        ),
        (
            None,
            413,
            "Project p is over a limit for [Resource image_size_total is over limit of 1]",
        ),
        (
            Some("forbidden"),
            403,
            "Project p is over a limit for [Resource servers is over limit of 2]",
        ),
        (None, 413, "Upload exceeds quota."),
    ] {
        assert_eq!(
            category(code, status, message),
            Some(Category::Quota),
            "{message}"
        );
    }
    for (code, status, message) in [
        (Some("OverQuota"), 400, ""),
        (None, 409, "Quota has been met for resources: load_balancer"),
        (None, 403, "No quota has been met for resources"),
        (None, 413, "Request is too large."),
        (
            Some("RequestLimitExceeded"),
            400,
            "Request limit exceeded: JSON body size (2 bytes) exceeds maximum allowed size (1 bytes).",
        ),
        (
            None,
            409,
            "Project p is over a limit for [Resource servers]",
        ),
        (Some("NetworkInUse"), 409, "The quota exceeds nothing"),
    ] {
        assert_eq!(category(code, status, message), None, "{message}");
    }
}

#[test]
fn a_final_quota_needs_no_code() {
    let seen = ErrorContext {
        retry_after: Some(Duration::ZERO),
        ..seen(None, 413, Some("Upload exceeds quota."))
    };
    let meaning = of(&seen, false).expect("a meaning");
    assert_eq!(meaning.retry, Some(RetryRule::Never));
}
