"""One frozen value that says how Trueup works on this host. The only reader of the environment."""

from trueup.settings.debug import debugging
from trueup.settings.load import SettingsError, load, schema
from trueup.settings.secret import environment, reveal
from trueup.settings.values import (
    GitSettings,
    HeaderSettings,
    ProviderSettings,
    PublishSettings,
    RunSettings,
    Secret,
    SecretSettings,
    Settings,
    SourceSettings,
    SshKey,
    StatusSettings,
    Token,
    Verify,
)

__all__ = [
    "GitSettings",
    "HeaderSettings",
    "ProviderSettings",
    "PublishSettings",
    "RunSettings",
    "Secret",
    "SecretSettings",
    "Settings",
    "SettingsError",
    "SourceSettings",
    "SshKey",
    "StatusSettings",
    "Token",
    "Verify",
    "debugging",
    "environment",
    "load",
    "reveal",
    "schema",
]
