"""A call, a failure, and the request ID of each.

REQTRAIL_BASE_URL and REQTRAIL_TOKEN say which NovaVMS to call.
"""

import os

import reqtrail


def main() -> None:
    base_url, token = os.environ["REQTRAIL_BASE_URL"], os.environ["REQTRAIL_TOKEN"]
    with reqtrail.Client.novavms(base_url, token=token, user_agent="first-call/1.0") as client:
        response = client.get("/cameras", query={"limit": 3})
        for camera in response.json()["data"]:
            print(camera["id"], camera["name"])
        print(f"{response.status}, request ID {response.request_id}\n")

        # Trails and logs show the template. The value in `params` is escaped.
        try:
            client.get("/cameras/{id}", params={"id": "no-such-camera"})
        except reqtrail.ApiError as error:
            print(f"error: {error}")
            print(f"hint: {error.hint}\n")
            print(f"What support wants to see:\n\n{error.trail}")


if __name__ == "__main__":
    main()
