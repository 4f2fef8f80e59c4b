"""One more check for schemathesis: what the document allows is never called malformed."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.generation import GenerationMode


class CalledMalformed(Failure):
    __slots__ = ()


@schemathesis.check
def what_the_document_allows_is_never_malformed(ctx: Any, response: Any, case: Any) -> None:
    """A valid request may be refused, for what the branch has and how it stands; never for its shape."""
    generated = getattr(case.meta, "generation", None)
    if generated is None or generated.mode is not GenerationMode.POSITIVE or response.status_code != 422:
        return
    told = response.json()
    if told["code"] == "malformed" and "faults" in told:
        raise CalledMalformed(operation=case.operation.label, title="Valid and yet malformed", message=told["detail"])
