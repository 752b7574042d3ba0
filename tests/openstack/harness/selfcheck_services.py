"""Checks of Cinder, Glance and Neutron. selfcheck.py runs them in this order, and prints their names."""

from pathlib import Path

from selfcheck_client import REQUEST_ID, Answer, Cloud, call, new_request_id, until

#: A request that each service answers.
LISTS = {"cinder": "/volumes", "glance": "/images", "neutron": "/networks"}
#: Cinder's message if no backend fits.
NO_BACKEND = "schedule allocate volume:Could not find any available weighted backend."


def log_of(cloud: Cloud, service: str) -> list[str]:
    return Path(cloud.facts[service]["log"]).read_text().splitlines()


# All of them


def check_every_endpoint_of_the_catalog_leads_to_its_service(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    catalog = cloud.keystone("GET", "/auth/catalog", X_Auth_Token=token).body["catalog"]
    found = set()
    for service in catalog:
        for endpoint in service["endpoints"]:
            if service["name"] not in LISTS or endpoint["region"] != cloud.facts["region"]:
                continue
            url, root = endpoint["url"].rstrip("/"), cloud.facts[service["name"]]["root"].rstrip("/")
            if url == root:
                # Without a version: the document names the endpoint.
                answer = call("GET", root + "/")
                assert answer.status in (200, 300) and answer.body["versions"], answer
            else:
                answer = call("GET", url + LISTS[service["name"]], X_Auth_Token=token)
                assert answer.status == 200, (endpoint, answer)
            found.add((service["type"], endpoint["interface"]))
    types = ("volumev3", "block-storage", "image", "network")
    assert found == {(kind, side) for kind in types for side in ("public", "internal", "admin")}, found


def check_tokens_of_the_services(cloud: Cloud) -> None:
    fixed = cloud.facts["fixed_tokens"]
    for service, path in LISTS.items():
        token = cloud.log_in("member")
        assert cloud.ask(service, token, "GET", path).status == 200, service
        assert cloud.keystone("DELETE", "/auth/tokens", X_Auth_Token=token, X_Subject_Token=token).status == 204
        assert cloud.ask(service, token, "GET", path).status == 401, service
        for name in ("admin", "member", "reader", "other", "noquota"):
            assert cloud.ask(service, fixed[name], "GET", path).status == 200, (service, name)
        assert cloud.ask(service, fixed["expired"], "GET", path).status == 401, service
        # Glance's own pipeline decides on a token, and does not notice that Keystone is gone.
        wanted = 401 if service == "glance" else 503
        assert cloud.ask(service, fixed["keystone_down"], "GET", path).status == wanted, service


def check_request_ids(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    for service, path in LISTS.items():
        global_id = new_request_id()
        answer = cloud.ask(service, token, "GET", path, X_OpenStack_Request_ID=global_id)
        own = answer.headers["x-openstack-request-id"]
        assert REQUEST_ID.fullmatch(own), answer
        # Glance uses the client's ID as its own.
        assert (own == global_id) == (service == "glance"), (service, answer)
        written = f"[None {own} " if service == "glance" else f"[{global_id} {own} "
        lines = [line for line in log_of(cloud, service) if written in line]
        assert lines, (service, written)
        if service != "cinder":
            assert any(" INFO access " in line and line.endswith(f"200 {own}") for line in lines), lines


# Cinder


def create_volume(cloud: Cloud, token: str, size: int = 1, **more: object) -> Answer:
    answer = cloud.ask("cinder", token, "POST", "/volumes", {"volume": {"name": "selfcheck", "size": size, **more}})
    assert answer.status == 202, answer
    return answer


def settle(cloud: Cloud, token: str, path: str) -> dict:
    """Waits until a volume or a snapshot is in a final state, and returns it."""

    def look() -> dict:
        (thing,) = cloud.ask("cinder", token, "GET", path).body.values()
        return thing

    return until(look, lambda thing: thing["status"] in ("available", "error", "error_extending"))


def available(cloud: Cloud, token: str, **more: object) -> str:
    volume_id = create_volume(cloud, token, **more).body["volume"]["id"]
    assert settle(cloud, token, f"/volumes/{volume_id}")["status"] == "available"
    return volume_id


def messages(cloud: Cloud, token: str, answer: Answer) -> list[str]:
    """Returns Cinder's messages about a request."""
    request_id = answer.headers["x-openstack-request-id"]
    rows = cloud.ask("cinder", token, "GET", f"/messages?request_id={request_id}").body["messages"]
    assert all(row["request_id"] == request_id for row in rows), rows
    return [row["user_message"] for row in rows]


def check_volume_that_fits_nowhere(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    nowhere = cloud.facts["volume_types"]["nowhere"]
    for how in ({"size": cloud.facts["capacity_gb"] + 1}, {"volume_type": nowhere}):
        answer = create_volume(cloud, token, **how)
        assert settle(cloud, token, f"/volumes/{answer.body['volume']['id']}")["status"] == "error"
        assert messages(cloud, token, answer) == [NO_BACKEND]


def check_volume_that_the_driver_fails(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    answer = create_volume(cloud, token, metadata={"driver.create_volume": "sleep=0.5,error"})
    assert answer.body["volume"]["status"] == "creating", answer
    assert settle(cloud, token, f"/volumes/{answer.body['volume']['id']}")["status"] == "error"
    assert "Driver failed to create the volume." in messages(cloud, token, answer)[0]


def check_extensions_that_fail(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    for metadata, size, status, message in (
        ({"driver.extend_volume": "error"}, 2, "error_extending", "Volume Driver failed to extend volume."),
        ({}, cloud.facts["capacity_gb"] + 1, "available", "Could not find any available weighted backend."),
    ):
        volume_id = available(cloud, token, metadata=metadata)
        extend = {"os-extend": {"new_size": size}}
        answer = cloud.ask("cinder", token, "POST", f"/volumes/{volume_id}/action", extend)
        assert answer.status == 202, answer
        volume = settle(cloud, token, f"/volumes/{volume_id}")
        assert (volume["status"], volume["size"]) == (status, 1), volume
        told = until(lambda answer=answer: messages(cloud, token, answer), bool)
        assert message in told[0], told


def check_extension(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    volume_id = available(cloud, token)
    extend = {"os-extend": {"new_size": 2}}
    assert cloud.ask("cinder", token, "POST", f"/volumes/{volume_id}/action", extend).status == 202
    volume = settle(cloud, token, f"/volumes/{volume_id}")
    assert (volume["status"], volume["size"]) == ("available", 2), volume


def check_snapshots(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    volume_id = available(cloud, token)
    for metadata, status in (({}, "available"), ({"driver.create_snapshot": "error"}, "error")):
        body = {"snapshot": {"volume_id": volume_id, "metadata": metadata}}
        answer = cloud.ask("cinder", token, "POST", "/snapshots", body)
        assert answer.status == 202, answer
        assert settle(cloud, token, f"/snapshots/{answer.body['snapshot']['id']}")["status"] == status
        told = messages(cloud, token, answer)
        assert len(told) == (status == "error") and all("Snapshot failed to create." in text for text in told), told


def check_deletions(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    for metadata, left in (({}, 404), ({"driver.delete_volume": "error"}, 200)):
        volume_id = available(cloud, token, metadata=metadata)
        path = f"/volumes/{volume_id}"
        assert cloud.ask("cinder", token, "DELETE", path).status == 202
        look = lambda path=path: cloud.ask("cinder", token, "GET", path)  # noqa: E731
        answer = until(look, lambda seen: seen.status == 404 or seen.body["volume"]["status"] != "deleting")
        assert answer.status == left, answer
        assert left == 404 or answer.body["volume"]["status"] == "error_deleting", answer


def check_global_id_through_cinder(cloud: Cloud) -> None:
    token, global_id = cloud.log_in("member"), new_request_id()
    body = {"volume": {"size": 1, "metadata": {"driver.create_volume": "error"}}}
    answer = cloud.ask("cinder", token, "POST", "/volumes", body, X_OpenStack_Request_ID=global_id)
    settle(cloud, token, f"/volumes/{answer.body['volume']['id']}")
    context = f"[{global_id} {answer.headers['x-openstack-request-id']} "
    lines = [line for line in log_of(cloud, "cinder") if context in line]
    for part in (" cinder.api.", " cinder.volume.manager "):
        assert any(part in line for line in lines), (part, lines)


def check_refusals_of_cinder(cloud: Cloud) -> None:
    member, noquota = cloud.log_in("member"), cloud.log_in("noquota")
    wanted = {"volume": {"size": 1}}
    answer = cloud.ask("cinder", noquota, "POST", "/volumes", wanted)
    assert answer.status == 413 and "overLimit" in answer.body, answer
    answer = cloud.ask("cinder", cloud.log_in("reader"), "POST", "/volumes", wanted)
    assert answer.status == 403 and "forbidden" in answer.body, answer
    volume_id = available(cloud, member)
    assert cloud.ask("cinder", cloud.log_in("other"), "GET", f"/volumes/{volume_id}").status == 404
    answer = cloud.ask("cinder", member, "POST", f"/volumes/{volume_id}/action", {"os-extend": {"new_size": 1}})
    assert answer.status == 400 and "badRequest" in answer.body, answer


# Nova and Cinder


def boot_from_volume(cloud: Cloud, token: str, volume_type: str, **headers: str) -> tuple[Answer, dict]:
    """Boots from a volume that is made from the image. Returns the response, and the server in its final state."""
    disk = {
        "boot_index": 0,
        "uuid": cloud.facts["image"],
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
        "volume_type": cloud.facts["volume_types"][volume_type],
    }
    server = {
        "name": "selfcheck",
        "flavorRef": cloud.facts["flavors"]["small"],
        "networks": "none",
        "block_device_mapping_v2": [disk],
    }
    answer = cloud.ask("nova", token, "POST", "/servers", {"server": server}, **headers)
    assert answer.status == 202, answer
    return answer, cloud.settle(token, answer.body["server"]["id"])


def check_boot_from_volume(cloud: Cloud) -> None:
    for token in (cloud.log_in("member"), cloud.facts["fixed_tokens"]["member"]):
        _, server = boot_from_volume(cloud, token, "default")
        assert server["status"] == "ACTIVE", server
        (attached,) = server["os-extended-volumes:volumes_attached"]
        volume = cloud.ask("cinder", token, "GET", f"/volumes/{attached['id']}").body["volume"]
        assert volume["status"] == "in-use", volume
        assert volume["attachments"][0]["server_id"] == server["id"], volume


def check_boot_from_a_volume_that_fits_nowhere(cloud: Cloud) -> None:
    token, global_id = cloud.log_in("member"), new_request_id()
    answer, server = boot_from_volume(cloud, token, "nowhere", X_OpenStack_Request_ID=global_id)
    assert server["status"] == "ERROR" and "did not finish being created" in server["fault"]["message"], server
    # Nova passes the global ID on, and logs which request at Cinder was its own.
    context = f"[{global_id} {answer.headers['x-openstack-request-id']} "
    calls = [line for line in log_of(cloud, "nova") if context in line and "POST call to volumev3" in line]
    own = calls[0].split("used request id ")[1].split()[0]
    assert any(f"[{global_id} {own} " in line for line in log_of(cloud, "cinder")), own
    rows = cloud.ask("cinder", token, "GET", f"/messages?request_id={own}").body["messages"]
    assert [row["user_message"] for row in rows] == [NO_BACKEND], rows


# Glance


def create_image(cloud: Cloud, token: str, disk_format: str = "raw") -> str:
    image = {"name": "selfcheck", "disk_format": disk_format, "container_format": "bare"}
    answer = cloud.ask("glance", token, "POST", "/images", image)
    assert answer.status == 201, answer
    return answer.body["id"]


def upload(cloud: Cloud, token: str, path: str, content: bytes) -> Answer:
    return cloud.ask("glance", token, "PUT", path, content, Content_Type="application/octet-stream")


def check_imports(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    # Data that are called qcow2 but are not are refused during the import.
    for disk_format, status, state in (("raw", "active", "success"), ("qcow2", "importing", "failure")):
        image_id = create_image(cloud, token, disk_format)
        path = f"/images/{image_id}"
        assert upload(cloud, token, f"{path}/stage", b"x" * 2000).status == 204
        answer = cloud.ask("glance", token, "POST", f"{path}/import", {"method": {"name": "glance-direct"}})
        assert answer.status == 202, answer
        look = lambda path=path: cloud.ask("glance", token, "GET", f"{path}/tasks").body["tasks"][0]  # noqa: E731
        task = until(look, lambda task: task["status"] in ("success", "failure"))
        assert (task["status"], task["request_id"]) == (state, answer.headers["x-openstack-request-id"]), task
        image = cloud.ask("glance", token, "GET", path).body
        assert image["status"] == status, image
        assert bool(image.get("os_glance_failed_import")) == (state == "failure"), image


def check_many_imports_at_once(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    images = [create_image(cloud, token) for _ in range(8)]
    for image_id in images:
        assert upload(cloud, token, f"/images/{image_id}/stage", b"x" * 2000).status == 204
    for image_id in images:
        body = {"method": {"name": "glance-direct"}}
        assert cloud.ask("glance", token, "POST", f"/images/{image_id}/import", body).status == 202
    for image_id in images:
        look = lambda image_id=image_id: cloud.ask("glance", token, "GET", f"/images/{image_id}").body  # noqa: E731
        until(look, lambda image: image["status"] == "active")


def check_refusals_of_glance(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    image_id = create_image(cloud, token)
    answer = upload(cloud, token, f"/images/{image_id}/file", b"x" * (cloud.facts["image_bytes"] + 1))
    assert answer.status == 413, answer
    assert upload(cloud, token, f"/images/{create_image(cloud, token)}/file", b"x").status == 204
    answer = cloud.ask("glance", cloud.log_in("other"), "GET", f"/images/{image_id}")
    assert answer.status == 404 and answer.body["code"] == "404 Not Found", answer
    answer = cloud.ask("glance", token, "POST", "/images", {"name": 7})
    assert answer.status == 400, answer


# Neutron


def check_networks_and_ports(cloud: Cloud) -> None:
    token = cloud.log_in("member")
    answer = cloud.ask("neutron", token, "POST", "/networks", {"network": {"name": "selfcheck"}})
    assert answer.status == 201, answer
    network_id = answer.body["network"]["id"]
    subnet = {"subnet": {"network_id": network_id, "ip_version": 4, "cidr": "10.0.0.0/24"}}
    assert cloud.ask("neutron", token, "POST", "/subnets", subnet).status == 201
    answer = cloud.ask("neutron", token, "POST", "/ports", {"port": {"network_id": network_id}})
    assert answer.status == 201 and answer.body["port"]["fixed_ips"], answer
    answer = cloud.ask("neutron", token, "DELETE", f"/networks/{network_id}")
    assert answer.status == 409 and answer.body["NeutronError"]["type"] == "NetworkInUse", answer


def check_refusals_of_neutron(cloud: Cloud) -> None:
    wanted = {"network": {"name": "selfcheck"}}
    for user, method, path, body, status, kind in (
        ("noquota", "POST", "/networks", wanted, 409, "OverQuota"),
        ("reader", "POST", "/networks", wanted, 403, "PolicyNotAuthorized"),
        ("member", "GET", "/networks/no-such-network", None, 404, "NetworkNotFound"),
        ("member", "POST", "/networks", {"network": {"colour": "red"}}, 400, "HTTPBadRequest"),
    ):
        answer = cloud.ask("neutron", cloud.log_in(user), method, path, body)
        assert answer.status == status and answer.body["NeutronError"]["type"] == kind, answer
