"""How commands open a workspace: build the demo when it is absent, and say which plugins are off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.cli import output
from explorer.cli.progress import ProgressLine
from explorer.i18n import _

if TYPE_CHECKING:
    from explorer.ingest import IngestReport
    from explorer.workspace import Workspace

DEMO = "demo"


@dataclass(frozen=True, kw_only=True)
class Session:
    """An open workspace and the one line of progress of its command; print results after the session."""

    workspace: Workspace
    progress: ProgressLine

    def build(self, collection: str) -> IngestReport:
        """Build `collection` into the workspace."""
        from explorer.building import build_collection

        return build_collection(self.workspace, collection, self.progress)


@contextmanager
def opened(
    name: str,
    *,
    space: str = "default",
    offline: bool = False,
    device: str | None = None,
    create: bool = False,
    with_demo: bool = False,
) -> Iterator[Session]:
    """The workspace `name`; `with_demo` builds the demo first where it is absent or was left unfinished."""
    from explorer.assets import AssetStore
    from explorer.building import is_built
    from explorer.encoding import EncoderPool
    from explorer.registry import load_registry
    from explorer.workspace import Workspace

    registry = load_registry()
    for plugin in registry.plugins.values():
        if plugin.reason:
            note(_("Plugin {name} is off: {reason}").format(name=plugin.name, reason=plugin.reason))
    demo = with_demo and name == DEMO
    with ProgressLine() as progress:
        pool = EncoderPool(registry, AssetStore(offline=offline, progress=progress), device)
        with Workspace.open(
            name, space=space, create=create or demo, registry=registry, pool=pool
        ) as workspace:
            session = Session(workspace=workspace, progress=progress)
            if demo and not is_built(workspace, DEMO):
                note(_("Building the demo. This is done once; stop any time, it resumes."))
                report = session.build(DEMO)
                tell(report)
                if report.cancelled:
                    raise KeyboardInterrupt
            yield session


def tell(report: IngestReport) -> None:
    """What an ingest refused or could not do, on stderr."""
    for refused in report.refused:
        note(refused.reason)
    for text in report.notes:
        note(text)
    if report.cancelled:
        note(_("What is in stays; the same command goes on from here."))


def note(text: str) -> None:
    """A line on stderr."""
    from rich.text import Text

    output.err().print(Text(text))
