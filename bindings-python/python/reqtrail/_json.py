"""JSON for requests and responses: no NaN, no infinities."""

import json
from typing import Any, NoReturn

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: Any) -> str:
    """Writes a body. The frames of an error hold nothing of it: error trackers show the variables of frames."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        error.args = (f"json: {error}; expected a value that json.dumps can write",)
        refused = error.with_traceback(None)
    finally:
        del value
    raise refused


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def decode(body: bytes | str) -> Any:
    """Reads a body, or its text. Neither the frames nor the attributes of an error hold any of it."""
    try:
        # Skips a byte-order mark.
        if isinstance(body, str):
            return _DECODER.decode(body.removeprefix("\ufeff"))
        return _DECODER.decode(str(body, "utf-8-sig"))
    except UnicodeDecodeError as error:
        refused: Exception = ValueError(f"byte {error.start} is not UTF-8: {error.reason}")
    except json.JSONDecodeError as error:
        error.doc = ""
        refused = error.with_traceback(None)
    except (ValueError, RecursionError) as error:
        refused = error.with_traceback(None)
    finally:
        del body
    raise refused
