"""Checks of Nova and Keystone. selfcheck.py runs them in this order, and prints their names."""

import datetime
import re
import uuid
from pathlib import Path

from selfcheck_client import REQUEST_ID, Cloud, call, new_request_id, until


def check_keystone_sends_request_ids(cloud: Cloud) -> None:
    for answer in (cloud.keystone("GET", ""), cloud.keystone("GET", "/projects")):
        assert REQUEST_ID.fullmatch(answer.headers["x-openstack-request-id"]), answer


def check_wrong_password_is_401(cloud: Cloud) -> None:
    who = {"name": "member", "password": "wrong", "domain": {"id": "default"}}
    answer = cloud.authenticate({"methods": ["password"], "password": {"user": who}})
    assert answer.status == 401 and answer.body["error"]["code"] == 401, answer


def check_catalog(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    catalog = cloud.keystone("GET", "/auth/catalog", X_Auth_Token=token).body["catalog"]
    compute = next(service for service in catalog if service["type"] == "compute")
    urls = {(endpoint["region"], endpoint["interface"]): endpoint["url"] for endpoint in compute["endpoints"]}
    assert len(urls) == 6, urls
    assert urls["RegionOne", "public"] == cloud.facts["nova"]["endpoint"], urls
    assert urls["RegionTwo", "public"] == cloud.facts["dead_endpoint"], urls
    assert {service["type"] for service in catalog} > {"compute", "identity", "object-store", "volumev3"}, catalog
    for interface in ("public", "internal", "admin"):
        answer = call("GET", urls["RegionOne", interface].rstrip("/") + "/servers", X_Auth_Token=token)
        assert answer.status == 200, (interface, answer)


def check_password_token_boots_a_server(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    server = cloud.boot(token)
    assert server["status"] == "ACTIVE", server
    assert server["user_id"] == cloud.facts["users"]["member"]["id"], server


def check_application_credential_boots_a_server(cloud: Cloud) -> None:
    answer = cloud.log_in_with_credential(cloud.facts["application_credential"])
    assert answer.status == 201, answer
    assert cloud.boot(answer.headers["x-subject-token"])["status"] == "ACTIVE"


def check_every_user_logs_in(cloud: Cloud) -> None:
    statuses = {name: cloud.nova(cloud.log_in(name), "GET", "/servers").status for name in cloud.facts["users"]}
    assert statuses.pop("norole") == 403 and set(statuses.values()) == {200}, statuses


def check_fixed_tokens(cloud: Cloud) -> None:
    expected = {"norole": 403, "expired": 401, "keystone_down": 503}
    for name, token in cloud.facts["fixed_tokens"].items():
        answer = cloud.nova(token, "GET", "/servers")
        assert answer.status == expected.get(name, 200), (name, answer)
    assert cloud.nova("no-such-token", "GET", "/servers").status == 401
    assert cloud.boot(cloud.facts["fixed_tokens"]["member"])["status"] == "ACTIVE"


def check_revoked_token_is_401(cloud: Cloud) -> None:
    token, untouched = cloud.log_in("member"), cloud.log_in("member")
    server_id = cloud.boot(token)["id"]
    answer = cloud.keystone("DELETE", "/auth/tokens", X_Auth_Token=token, X_Subject_Token=token)
    assert answer.status == 204, answer
    answer = cloud.nova(token, "GET", f"/servers/{server_id}")
    assert answer.status == 401 and answer.body["error"]["code"] == 401, answer
    assert cloud.nova(untouched, "GET", f"/servers/{server_id}").status == 200
    assert cloud.nova(cloud.log_in("member"), "GET", f"/servers/{server_id}").status == 200


def check_token_that_expires_within_seconds(cloud: Cloud) -> None:
    user = cloud.facts["users"]["member"]
    expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=6)
    wanted = {"name": f"short-{uuid.uuid4()}", "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%S.%f")}
    answer = cloud.keystone(
        "POST",
        f"/users/{user['id']}/application_credentials",
        {"application_credential": wanted},
        X_Auth_Token=cloud.log_in("member"),
    )
    assert answer.status == 201, answer
    answer = cloud.log_in_with_credential(answer.body["application_credential"])
    assert answer.status == 201, answer
    token = answer.headers["x-subject-token"]
    assert cloud.nova(token, "GET", "/servers").status == 200
    until(lambda: cloud.nova(token, "GET", "/servers").status, lambda status: status == 401, seconds=20)


def check_keystone_tells_nova_which_projects_exist(cloud: Cloud) -> None:
    token = cloud.log_in("admin")
    known = cloud.nova(token, "GET", f"/os-quota-sets/{cloud.facts['projects']['other']}")
    unknown = cloud.nova(token, "GET", "/os-quota-sets/no-such-project")
    assert (known.status, unknown.status) == (200, 400), (known, unknown)


def check_resize_that_no_host_fits(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    server_id = cloud.boot(token)["id"]
    global_id = new_request_id()
    answer = cloud.resize(token, server_id, "impossible", X_OpenStack_Request_ID=global_id)
    local_id = answer.headers["x-openstack-request-id"]
    assert answer.status == 202 and answer.headers["x-compute-request-id"] == local_id != global_id, answer
    server = cloud.settle(token, server_id)
    assert server["status"] == "ACTIVE" and "fault" not in server, server
    path = f"/servers/{server_id}/os-instance-actions"
    actions = cloud.nova(token, "GET", path).body["instanceActions"]
    failed = next(action for action in actions if action["request_id"] == local_id)
    assert failed["message"] == "Error", failed
    by_admin = cloud.nova(cloud.log_in("admin"), "GET", f"{path}/{local_id}").body["instanceAction"]
    assert any("No valid host" in (event["details"] or "") for event in by_admin["events"]), by_admin
    assert services_that_logged(cloud, global_id, local_id) >= {"api", "scheduler"}


def services_that_logged(cloud: Cloud, global_id: str, local_id: str) -> set[str]:
    """Nova's services with lines that carry both ids."""
    lines = Path(cloud.facts["nova"]["log"]).read_text().splitlines()
    loggers = [re.search(r" [A-Z]+ nova\.(\w+)", line) for line in lines if f"[{global_id} {local_id} " in line]
    return {found[1] for found in loggers if found}


def check_global_request_id_in_the_log(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    global_id = new_request_id()
    answer = cloud.create(token, X_OpenStack_Request_ID=global_id)
    cloud.settle(token, answer.body["server"]["id"])
    logged = services_that_logged(cloud, global_id, answer.headers["x-openstack-request-id"])
    # Conductor and scheduler log nothing at INFO if all is well, but they do if no host fits.
    assert logged >= {"api", "compute"}, logged
    answer = cloud.create(token, flavor="impossible", X_OpenStack_Request_ID=global_id)
    cloud.settle(token, answer.body["server"]["id"])
    logged = services_that_logged(cloud, global_id, answer.headers["x-openstack-request-id"])
    assert logged >= {"api", "conductor", "scheduler"}, logged


def check_boot_that_no_host_fits(cloud: Cloud) -> None:
    server = cloud.boot(cloud.log_in("member"), flavor="impossible")
    assert server["status"] == "ERROR" and "No valid host" in server["fault"]["message"], server


def check_failures_chosen_by_metadata(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    for step, message in (("error", "Exhausted all hosts"), ("abort", "hypervisor.spawn=abort")):
        server = cloud.boot(token, metadata={"hypervisor.spawn": step})
        assert server["status"] == "ERROR" and message in server["fault"]["message"], server
    server = cloud.boot(token, metadata={"hypervisor.get_console_output": "error", "hypervisor.reboot": "error"})
    assert cloud.act(token, server["id"], {"os-getConsoleOutput": {}}).status == 500
    assert cloud.act(token, server["id"], {"reboot": {"type": "HARD"}}).status == 202
    assert cloud.settle(token, server["id"])["status"] == "ACTIVE"
    server = cloud.boot(token, metadata={"hypervisor.get_vnc_console": "unsupported"})
    console = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    assert cloud.nova(token, "POST", f"/servers/{server['id']}/remote-consoles", console).status == 501


def check_resize_that_the_hypervisor_fails(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    for step, status in (("rollback", "ACTIVE"), ("error", "ERROR")):
        server = cloud.boot(token, metadata={"hypervisor.migrate_disk_and_power_off": step})
        assert cloud.resize(token, server["id"], "large").status == 202
        assert cloud.settle(token, server["id"])["status"] == status


def check_slow_build_shows_its_steps(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    server_id = cloud.create(token, metadata={"hypervisor.spawn": "sleep=1"}).body["server"]["id"]
    look = f"/servers/{server_id}"
    until(
        lambda: cloud.nova(token, "GET", look).body["server"]["OS-EXT-STS:task_state"],
        lambda state: state == "spawning",
    )
    assert cloud.settle(token, server_id)["status"] == "ACTIVE"


def check_resize_and_confirm(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    server_id = cloud.boot(token)["id"]
    assert cloud.resize(token, server_id, "large").status == 202
    status = lambda: cloud.nova(token, "GET", f"/servers/{server_id}").body["server"]["status"]  # noqa: E731
    until(status, lambda seen: seen == "VERIFY_RESIZE")
    assert cloud.act(token, server_id, {"confirmResize": None}).status == 204
    until(status, lambda seen: seen == "ACTIVE")


def check_refusals(cloud: Cloud) -> None:
    answer = cloud.create(cloud.log_in("noquota"))
    assert answer.status == 403 and "Quota exceeded" in answer.body["forbidden"]["message"], answer
    answer = cloud.create(cloud.log_in("reader"))
    assert answer.status == 403 and "Policy" in answer.body["forbidden"]["message"], answer
    token = cloud.log_in("member")
    server_id = cloud.boot(token)["id"]
    assert cloud.nova(cloud.log_in("other"), "GET", f"/servers/{server_id}").status == 404
    admin = cloud.log_in("admin")
    assert cloud.act(admin, server_id, {"lock": {"locked_reason": "selfcheck"}}).status == 202
    answer = cloud.act(token, server_id, {"reboot": {"type": "SOFT"}})
    assert answer.status == 409 and "locked" in answer.body["conflictingRequest"]["message"], answer
    assert cloud.nova(token, "POST", "/servers", b'{"x": "' + b"x" * 120_000 + b'"}').status == 413
