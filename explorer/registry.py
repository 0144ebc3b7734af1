"""Who fulfils the contract: everything the healthy plugins contribute, validated, by name.

The registry asks each plugin's hooks on its own, checks what comes back, and takes all of a plugin or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, cast

import pluggy

from explorer.errors import ExplorerError, InputError, PluginError, RefusedContent, one_line
from explorer.i18n import _
from explorer.manager import PluginInfo, build_manager, hook_names
from explorer.protocols import (
    Collection,
    Command,
    Encoder,
    EncoderFamily,
    KnowledgeSource,
    Modality,
    Page,
    Probe,
    Projector,
    Transcriber,
)
from explorer.types import Asset, Content, SpaceSpec

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
BUILT_IN_PAGES = ("map", "iceberg")
PAGE_GROUPS = ("look", "measure", "make")
BUILT_IN_COMMANDS = (
    "run",
    "ui",
    "search",
    "ingest",
    "items",
    "show",
    "rm",
    "iceberg",
    "construe",
    "demo",
    "knowledge",
    "plugins",
    "assets",
)


@dataclass(kw_only=True)
class Registry:
    """Contributions by name; `plugins` says which plugin is healthy, `owners` who brought what."""

    plugins: dict[str, PluginInfo] = field(default_factory=dict)
    modalities: dict[str, Modality] = field(default_factory=dict)
    encoders: dict[str, Encoder] = field(default_factory=dict)
    transcribers: dict[str, Transcriber] = field(default_factory=dict)
    families: dict[str, EncoderFamily] = field(default_factory=dict)
    spaces: dict[str, SpaceSpec] = field(default_factory=dict)
    projectors: dict[str, Projector] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)
    knowledge_sources: dict[str, KnowledgeSource] = field(default_factory=dict)
    probes: dict[str, Probe] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    commands: dict[str, Any] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)

    def encoder(self, reference: str) -> Encoder:
        """The encoder named `reference`: a plain name, or `FAMILY:ARGUMENT`.

        Raises:
            InputError: no such encoder or family.
        """
        if reference in self.encoders:
            return self.encoders[reference]
        family, colon, argument = reference.partition(":")
        if colon and family in self.families and argument:
            encoder = self._create(family, argument)
            self.encoders[reference] = encoder
            return encoder
        choices = [*self.encoders, *(f"{name}:NAME_OR_FOLDER" for name in self.families)]
        raise InputError(
            _("There is no encoder {name}. Encoders: {choices}.").format(
                name=reference, choices=", ".join(choices)
            )
        )

    def _create(self, family: str, argument: str) -> Encoder:
        try:
            encoder = self.families[family].create(argument)
            _check_loadable(encoder)
        except ExplorerError:
            raise
        except Exception as error:
            raise PluginError(
                family,
                _("Encoder {name} could not be made: {reason}.").format(
                    name=f"{family}:{argument}", reason=one_line(error)
                ),
            ) from error
        return encoder

    def decode(self, modality: str, data: bytes, ref: str) -> Content:
        """Untrusted bytes as content of `modality`, by its plugin; whatever that plugin does, it is a refusal.

        Raises:
            RefusedContent: broken, too large, of a modality that no plugin reads, or the plugin failed.
        """
        if modality not in self.modalities:
            raise RefusedContent(
                _("Refused {name}: not a kind of file that is read here ({choices}).").format(
                    name=ref, choices=", ".join(self.modalities)
                )
            )
        try:
            content: object = self.modalities[modality].decode(data, ref)
        except ExplorerError:
            raise
        except Exception as error:
            raise RefusedContent(
                _("Refused {name}: the reader of {modality} failed: {reason}.").format(
                    name=ref, modality=modality, reason=one_line(error)
                )
            ) from error
        if not isinstance(content, Content) or content.modality != modality:
            given = content.modality if isinstance(content, Content) else type(content).__name__
            raise RefusedContent(
                _("Refused {name}: the reader of {modality} gave {given}.").format(
                    name=ref, modality=modality, given=given
                )
            )
        return content

    def space(self, name: str) -> SpaceSpec:
        """The declared space `name`, or the space whose anchor is the encoder `FAMILY:ARGUMENT`.

        Raises:
            InputError: neither a space nor an encoder reference.
        """
        if name in self.spaces:
            return self.spaces[name]
        if name in self.encoders or name.partition(":")[0] in self.families:
            self.encoder(name)
            return SpaceSpec(name=name, anchor=name)
        choices = [*self.spaces, *(f"{family}:NAME_OR_FOLDER" for family in self.families)]
        raise InputError(
            _("There is no space {name}. Spaces: {choices}.").format(name=name, choices=", ".join(choices))
        )

    def assets(self) -> list[Asset]:
        """Every pinned asset that a plugin declares, sorted by name."""
        holders: list[Any] = [
            *self.encoders.values(),
            *self.transcribers.values(),
            *self.collections.values(),
            *self.knowledge_sources.values(),
        ]
        found = {asset.name: asset for holder in holders for asset in holder.assets}
        return [found[name] for name in sorted(found)]


class BrokenContract(ValueError):
    """A plugin offers what the contract does not allow; the message says what."""


_HOLDERS: dict[str, tuple[type, ...]] = {
    "modalities": (Modality,),
    "encoders": (Encoder, Transcriber, EncoderFamily),
    "spaces": (SpaceSpec,),
    "projectors": (Projector,),
    "collections": (Collection,),
    "knowledge_sources": (KnowledgeSource,),
    "probes": (Probe,),
    "pages": (Page,),
    "commands": (tuple,),
}


def build_registry(plugins: Mapping[str, Any] | None = None) -> Registry:
    """Ask every plugin for its contributions; a plugin that breaks the contract is left out, with its reason."""
    manager, infos = build_manager(plugins)
    registry = Registry(plugins=infos)
    for name, plugin in manager.list_name_plugin():
        if plugin is None or infos[name].reason:
            continue
        try:
            offers = _ask(manager, plugin)
            _check(offers, registry)
        except (Exception, SystemExit) as error:  # a hook may raise anything; the others go on
            infos[name] = replace(infos[name], reason=_reason(error))
            manager.unregister(plugin)
            continue
        _take(offers, registry, name)
    return registry


@lru_cache(maxsize=1)
def load_registry() -> Registry:
    """The registry of the installed plugins, built once a process."""
    return build_registry()


def _ask(manager: pluggy.PluginManager, plugin: object) -> list[tuple[str, Any]]:
    offers: list[tuple[str, Any]] = []
    for hook in hook_names():
        caller: pluggy.HookCaller = getattr(manager.hook, hook)
        for impl in caller.get_hookimpls():
            if impl.plugin is plugin:
                try:
                    offers.extend((hook, offer) for offer in cast("Iterable[Any]", impl.function()))
                except (Exception, SystemExit) as error:
                    raise BrokenContract(f"hook {hook} raised {one_line(error)}") from error
    return offers


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) if isinstance(error, BrokenContract) else one_line(error)


def _check(offers: list[tuple[str, Any]], registry: Registry) -> None:
    """Raise BrokenContract with the reason when an offer breaks the contract."""
    seen: set[tuple[str, str]] = set()
    for hook, offer in offers:
        expected = _HOLDERS[hook]
        if not isinstance(offer, expected):
            names = " or ".join(kind.__name__ for kind in expected)
            given = f"the class {offer.__name__}" if isinstance(offer, type) else type(offer).__name__
            raise BrokenContract(f"hook {hook} gave {given}, expected {names}")
        name = _name_of(hook, offer)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BrokenContract(
                f"hook {hook}: the name {name!r} is not of lower-case letters, digits and hyphens"
            )
        key = (hook, name)
        if key in registry.owners or key in seen:
            owner = registry.owners.get(key, "the same plugin")
            raise BrokenContract(f"hook {hook}: the name {name} is taken by {owner}")
        seen.add(key)
        if isinstance(offer, Encoder | Transcriber):
            _check_loadable(offer)
        elif isinstance(offer, Page):
            _check_page(offer)
        elif hook == "commands":
            _check_command(name, cast("Command", offer))


def _check_loadable(member: Encoder | Transcriber) -> None:
    """Raise BrokenContract when what an encoder or transcriber declares cannot be used."""
    what = f"encoder {member.name}" if isinstance(member, Encoder) else f"transcriber {member.name}"
    wanted = ("revision", "modalities", "dim") if isinstance(member, Encoder) else ("revision", "modalities")
    for attribute in wanted:
        if not getattr(member, attribute, None):
            raise BrokenContract(f"{what} does not declare {attribute}")
    # what the author wrote, whatever the annotations promise
    revision, modalities, assets = (getattr(member, n) for n in ("revision", "modalities", "assets"))
    if not isinstance(revision, str):
        raise BrokenContract(f"{what}: revision must be a string, not {revision!r}")
    if isinstance(modalities, str) or not all(isinstance(m, str) for m in modalities):
        raise BrokenContract(f"{what}: modalities must be a tuple of names, not {modalities!r}")
    if not all(isinstance(asset, Asset) for asset in assets):
        raise BrokenContract(f"{what}: assets must be a tuple of Asset, not {assets!r}")
    for attribute in ("dim", "batch_size"):
        number = getattr(member, attribute, 1)
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise BrokenContract(f"{what}: {attribute} must be a positive integer, not {number!r}")


def _check_command(name: str, offer: Command) -> None:
    """Raise BrokenContract when the command line could not be built with this group."""
    import typer.main

    if name in BUILT_IN_COMMANDS:
        raise BrokenContract(f"hook commands: the name {name} is a command of the explorer itself")
    if not isinstance(offer[1], typer.Typer):
        raise BrokenContract(f"hook commands: {name} is {type(offer[1]).__name__}, expected typer.Typer")
    try:
        typer.main.get_group(offer[1])
    except Exception as error:
        raise BrokenContract(f"hook commands: {name} cannot be built: {one_line(error)}") from error


def _name_of(hook: str, offer: Any) -> Any:
    if hook == "commands":
        return offer[0] if len(offer) == 2 else None
    return getattr(offer, "name", None)


def _check_page(page: Page) -> None:
    if page.name in BUILT_IN_PAGES:
        raise BrokenContract(f"page {page.name}: the name is one of the explorer's own pages")
    if page.group not in PAGE_GROUPS:
        raise BrokenContract(
            f"page {page.name}: group must be one of {', '.join(PAGE_GROUPS)}, not {page.group!r}"
        )
    if not callable(page.draw):
        raise BrokenContract(f"page {page.name}: draw must be a function")


def _take(offers: list[tuple[str, Any]], registry: Registry, plugin: str) -> None:
    for hook, offer in offers:
        name = _name_of(hook, offer)
        registry.owners[hook, name] = plugin
        if hook == "commands":
            command: Command = offer
            registry.commands[name] = command[1]
        elif isinstance(offer, Transcriber):
            registry.transcribers[name] = offer
        elif isinstance(offer, EncoderFamily):
            registry.families[name] = offer
        else:
            getattr(registry, hook)[name] = offer
