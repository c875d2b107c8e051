"""TLS to MySQL and MariaDB: what a URL asks for is what it gets, and who is sent the password."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import pymysql
from pymysql.constants import CLIENT, CR

from agentstore.engine.options import read_flag
from agentstore.errors import ConfigurationError

CLEARTEXT_PARAMETER = "allow_cleartext_password"
TLS_TEXTS = frozenset({"ssl_ca", "ssl_cert", "ssl_key", "ssl_key_password"})
TLS_FLAGS = frozenset(
    {"ssl_disabled", "ssl_verify_cert", "ssl_verify_identity", CLEARTEXT_PARAMETER}
)
TLS_PARAMETERS = TLS_TEXTS | TLS_FLAGS

_SENDS_CLEARTEXT = frozenset({"mysql_clear_password", "dialog"})
"""Methods by which a server gets the password as it is; by the others it is proved to be known."""


def tls_arguments(query: Mapping[str, str], *, is_local: bool = False) -> dict[str, Any]:
    """The keywords of a `VerifyingConnection` for what a URL says of TLS.

    A certificate is verified where the URL names an authority or asks for it, against those of
    the operating system where it names none; and with it the host's name, unless the URL says
    not to. Without any of it the connection is encrypted where the server offers that, and
    nothing is verified.

    Args:
        query: the URL's parameters.
        is_local: whether it is a local socket, which has no host's name.

    Raises:
        ConfigurationError: a flag is neither true nor false, or the parameters contradict each
            other.
        OSError: a file cannot be read.
    """
    flags = {name: read_flag(name, query[name]) for name in sorted(TLS_FLAGS & query.keys())}
    cleartext = {"allows_cleartext": True} if flags.pop(CLEARTEXT_PARAMETER, False) else {}
    texts = {name: query[name] for name in TLS_TEXTS & query.keys()}
    if flags.pop("ssl_disabled", False):
        if texts or any(flags.values()):
            raise ConfigurationError("ssl_disabled=true is at odds with the other ssl_ parameters")
        return {"ssl_disabled": True, **cleartext}
    verifies = flags.get("ssl_verify_cert", bool(flags.get("ssl_verify_identity")))
    if "ssl_ca" in texts and not flags.get("ssl_verify_cert", True):
        raise ConfigurationError("ssl_ca is at odds with ssl_verify_cert=false")
    if not flags.get("ssl_verify_cert", True) and flags.get("ssl_verify_identity"):
        raise ConfigurationError("ssl_verify_identity=true is at odds with ssl_verify_cert=false")
    if not texts and not verifies:
        return cleartext
    context = ssl.create_default_context(cafile=texts.get("ssl_ca"))
    # The certificates that MySQL makes for itself lack what strictness asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = not is_local and flags.get("ssl_verify_identity", True)
    if "ssl_ca" not in texts and not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if "ssl_cert" in texts:
        context.load_cert_chain(
            texts["ssl_cert"], texts.get("ssl_key"), texts.get("ssl_key_password")
        )
    elif "ssl_key" in texts:
        raise ConfigurationError("ssl_key lacks its certificate: ssl_cert")
    return {"ssl": context, "requires_tls": True, **cleartext}


def explain_refusal(exc: BaseException) -> str | None:
    """Why a certificate was not accepted, and what to do; None where that is not what failed."""
    reason = getattr(exc, "original_exception", exc)
    if not isinstance(reason, ssl.SSLCertVerificationError):
        return None
    return (
        f"the server's certificate is not accepted: {reason.verify_message}. Where it is the right "
        "server, ssl_ca=FILE names who has signed its certificate, and ssl_verify_identity=false "
        "leaves the host's name unverified"
    )


def _unverified_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class VerifyingConnection(pymysql.Connection):
    """A PyMySQL connection that does not fall back from TLS, nor tell anybody the password.

    Args:
        requires_tls: whether a server without TLS is refused.
        allows_cleartext: whether the password may be sent as it is over an unverified connection.
        ssl_disabled: whether nothing is encrypted, though the server offers it.
    """

    _sock: Any
    server_capabilities: int
    ssl: Any
    ctx: Any
    client_flag: Any

    def __init__(
        self,
        *,
        requires_tls: bool = False,
        allows_cleartext: bool = False,
        ssl_disabled: bool = False,
        **arguments: Any,
    ) -> None:
        self._requires_tls = requires_tls
        self._allows_cleartext = allows_cleartext
        self._may_encrypt = not ssl_disabled
        super().__init__(ssl_disabled=ssl_disabled, **arguments)

    def _request_authentication(self) -> None:
        offers_tls = self.server_capabilities & CLIENT.SSL
        if self._requires_tls and not offers_tls:
            raise pymysql.OperationalError(
                CR.CR_SSL_CONNECTION_ERROR, "the URL asks for TLS and the server has none"
            )
        if offers_tls and self._may_encrypt and not self.ssl:
            # PyMySQL before 1.2 encrypts nothing that it is not told to.
            self.ssl = True
            self.ctx = _unverified_context()
            self.client_flag |= CLIENT.SSL
        super()._request_authentication()  # type: ignore[misc]

    def _process_auth(self, plugin_name: Any, *arguments: Any) -> Any:
        name = plugin_name.decode("ascii", "replace") if plugin_name else ""
        if name in _SENDS_CLEARTEXT and not (self._allows_cleartext or self._is_verified()):
            raise pymysql.OperationalError(
                CR.CR_AUTH_PLUGIN_ERR,
                f"the server asks for the password in clear ({name}), and nothing has proved that "
                "it is the right server: add ssl_ca=FILE to the URL, or "
                f"{CLEARTEXT_PARAMETER}=true where the network is trusted",
            )
        return super()._process_auth(plugin_name, *arguments)  # type: ignore[misc]

    def _is_verified(self) -> bool:
        if getattr(self, "unix_socket", None):
            return True
        context = getattr(self._sock, "context", None)
        return context is not None and context.verify_mode == ssl.CERT_REQUIRED
