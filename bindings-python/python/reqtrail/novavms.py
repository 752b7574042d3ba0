"""NovaVMS: its error codes. The client is :meth:`reqtrail.Client.novavms`."""

from ._novavms_codes import ErrorCode

__all__ = ["ErrorCode"]
