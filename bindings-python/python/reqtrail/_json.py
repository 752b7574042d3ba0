"""JSON as requests and responses have it: no NaN, no infinities."""

import json
from typing import Any, NoReturn

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: Any) -> str:
    """Writes a body.

    The frames of an error hold none of it: trackers of errors show what the variables of frames hold.
    """
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        error.args = (f"json: {error}; expected what json.dumps can write",)
        refused = error.with_traceback(None)
    finally:
        del value
    raise refused


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def decode(body: bytes | str) -> Any:
    """Reads a body, or its text. The error has nothing of it: neither in its frames nor in its attributes."""
    try:
        # A byte-order mark is passed over.
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
