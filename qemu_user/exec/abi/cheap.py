"""Parts of `importlib` and `operator` without these modules, which cost more at each start."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from operator import attrgetter, itemgetter
    from typing import Any
else:
    from _operator import attrgetter, itemgetter

__all__ = ("attrgetter", "import_module", "itemgetter")


def import_module(name: str, package: str | None) -> Any:
    """Like importlib's, for relative names."""
    level = len(name) - len(name.lstrip("."))
    return __import__(name[level:], {"__package__": package}, None, ("__name__",), level)
