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

from explorer.errors import InputError
from explorer.i18n import _
from explorer.manager import PluginInfo, build_manager, hook_names
from explorer.protocols import (
    Collection,
    Command,
    Encoder,
    EncoderFamily,
    Modality,
    Projector,
    Transcriber,
)
from explorer.types import Asset, SpaceSpec

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
            encoder = self.families[family].create(argument)
            self.encoders[reference] = encoder
            return encoder
        choices = [*self.encoders, *(f"{name}:NAME_OR_FOLDER" for name in self.families)]
        raise InputError(
            _("There is no encoder {name}. Encoders: {choices}.").format(
                name=reference, choices=", ".join(choices)
            )
        )

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
        ]
        found = {asset.name: asset for holder in holders for asset in holder.assets}
        return [found[name] for name in sorted(found)]


_HOLDERS: dict[str, tuple[type, ...]] = {
    "modalities": (Modality,),
    "encoders": (Encoder, Transcriber, EncoderFamily),
    "spaces": (SpaceSpec,),
    "projectors": (Projector,),
    "collections": (Collection,),
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
        except Exception as error:  # a hook may raise anything; the others go on
            infos[name] = replace(infos[name], reason=" ".join(str(error).split()) or type(error).__name__)
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
                offers.extend((hook, offer) for offer in cast("Iterable[Any]", impl.function()))
    return offers


def _check(offers: list[tuple[str, Any]], registry: Registry) -> None:
    """Raise ValueError with the reason when an offer breaks the contract."""
    seen: set[tuple[str, str]] = set()
    for hook, offer in offers:
        expected = _HOLDERS[hook]
        if not isinstance(offer, expected):
            names = " or ".join(kind.__name__ for kind in expected)
            raise ValueError(f"hook {hook} gave {type(offer).__name__}, expected {names}")  # noqa: TRY004
        name = _name_of(hook, offer)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"hook {hook}: the name {name!r} is not of lower-case letters, digits and hyphens"
            )
        key = (hook, name)
        if key in registry.owners or key in seen:
            owner = registry.owners.get(key, "the same plugin")
            raise ValueError(f"hook {hook}: the name {name} is taken by {owner}")
        seen.add(key)
        if isinstance(offer, Encoder):
            _check_encoder(offer)


def _check_encoder(encoder: Encoder) -> None:
    for attribute in ("revision", "modalities", "dim"):
        if not getattr(encoder, attribute, None):
            raise ValueError(f"encoder {encoder.name} does not declare {attribute}")
    dim: object = encoder.dim  # what the author wrote, whatever the annotation promises
    if not isinstance(dim, int) or dim < 1:
        raise ValueError(f"encoder {encoder.name}: dim must be a positive integer, not {dim!r}")
    modalities: object = encoder.modalities
    if isinstance(modalities, str):
        raise ValueError(f"encoder {encoder.name}: modalities must be a tuple of names, not a string")  # noqa: TRY004


def _name_of(hook: str, offer: Any) -> Any:
    return offer[0] if hook == "commands" else getattr(offer, "name", None)


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
