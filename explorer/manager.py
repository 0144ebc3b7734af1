"""Finds plugins and registers them strictly: what does not fit is named and put into quarantine.

pluggy alone is lenient: a misspelt hook registers silently, a rejected plugin stays registered, and one
raising plugin aborts the call for all. Here each plugin is imported, registered, checked and asked on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType
from typing import Any

import pluggy

from explorer import hookspecs

ENTRY_POINT_GROUP = "explorer.plugins"


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginInfo:
    """A plugin as installed. `reason` is empty for a healthy one; else it tells why it is off."""

    name: str
    distribution: str = ""
    version: str = ""
    reason: str = ""


def hook_names() -> tuple[str, ...]:
    """The hooks of the contract, in alphabetical order."""
    return tuple(sorted(n for n, f in vars(hookspecs).items() if hasattr(f, f"{hookspecs.PROJECT}_spec")))


def build_manager(
    plugins: Mapping[str, Any] | None = None,
) -> tuple[pluggy.PluginManager, dict[str, PluginInfo]]:
    """Import and register plugins.

    Args:
        plugins: name → module or object, instead of the installed entry points (for tests).

    Returns:
        The manager with the healthy plugins, and all plugins by name with the reason of each that is off.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    infos: dict[str, PluginInfo] = {}
    for info, loader in _discover(plugins):
        name = info.name
        reason = "its name is taken by another plugin" if name in infos else _register(manager, name, loader)
        key = name if name not in infos else f"{name} ({info.distribution})"
        infos[key] = PluginInfo(name=key, distribution=info.distribution, version=info.version, reason=reason)
    return manager, infos


def _discover(plugins: Mapping[str, Any] | None) -> Iterable[tuple[PluginInfo, Any]]:
    if plugins is not None:
        for name, plugin in plugins.items():
            yield PluginInfo(name=name), lambda plugin=plugin: plugin
        return
    for entry in sorted(metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        dist = entry.dist
        yield (
            PluginInfo(
                name=entry.name,
                distribution=dist.name if dist else "",
                version=dist.version if dist else "",
            ),
            entry.load,
        )


def _register(manager: pluggy.PluginManager, name: str, loader: Any) -> str:
    """Import and register one plugin; returns the reason why it cannot be used, or nothing."""
    try:
        plugin: ModuleType | object = loader()
    except (Exception, SystemExit) as error:  # whatever a stranger's import raises must not stop the others
        return f"cannot be imported: {_one_line(error)}"
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        manager.unregister(name=name)
        return f"{_one_line(error)}. Hooks are: {', '.join(hook_names())}."
    except ValueError as error:
        return _one_line(error)
    return ""


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return f"{type(error).__name__}: {text}" if not isinstance(error, pluggy.PluginValidationError) else text
