"""What a URL asks for of TLS is what it gets, and a rogue server is not told the password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg import pq
from rogue_servers import Rogue, make_certificate, serving, talk_mysql, talk_postgresql

import agentstore
from agentstore.errors import ConfigurationError, StorageError, UnavailableError

PASSWORD = "s3cret-pass"
TALKS = {"postgresql": talk_postgresql, "mysql": talk_mysql}
ALLOWED = {
    "postgresql": "require_auth=password",
    "mysql": "allow_cleartext_password=true",
}
needs_require_auth = pytest.mark.skipif(pq.version() < 160000, reason="libpq 16 or later")


def failure(scheme: str, rogue: Rogue, query: str = "") -> StorageError:
    """What a store says of a server."""
    return failure_of(
        f"{scheme}://ann:{PASSWORD}@127.0.0.1:{rogue.port}/db?retry_timeout=0&{query}"
    )


def failure_of(url: str) -> StorageError:
    """What a store says of where a URL leads."""
    with agentstore.connect(url) as store, pytest.raises(StorageError) as info:
        store.ping()
    return info.value


@pytest.fixture(params=[True, False], ids=["TLS", "plain"])
def certificate(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """A rogue server's certificate, where it has one."""
    return make_certificate(tmp_path, "rogue") if request.param else None


@needs_require_auth
@pytest.mark.parametrize("scheme", TALKS)
def test_a_rogue_server_is_not_told_the_password(scheme: str, certificate: Path | None) -> None:
    """Whether it has TLS or not: nobody has verified it. The error says what to add."""
    with serving(TALKS[scheme], certificate) as rogue:
        error = failure(scheme, rogue)
    assert isinstance(error, ConfigurationError)
    assert ALLOWED[scheme] in str(error)
    assert b"ann" in rogue.heard
    assert PASSWORD.encode() not in rogue.heard


@pytest.mark.parametrize("scheme", TALKS)
def test_a_url_may_allow_it(scheme: str, certificate: Path | None) -> None:
    """Where the network is trusted."""
    with serving(TALKS[scheme], certificate) as rogue:
        failure(scheme, rogue, ALLOWED[scheme])
    assert PASSWORD.encode() in rogue.heard


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes what the service of a file says, the only one that libpq knows of."""
    path = tmp_path / "services"
    monkeypatch.setenv("PGSERVICEFILE", str(path))

    def write(**parameters: object) -> None:
        lines = [f"{name}={value}" for name, value in parameters.items()]
        path.write_text("\n".join(["[rogue]", *lines, ""]), encoding="utf-8")

    return write


@needs_require_auth
@pytest.mark.parametrize("where", ["host", "hostaddr"])
def test_a_server_that_a_service_names_is_not_told_the_password(
    service: Callable[..., None], where: str, certificate: Path | None
) -> None:
    with serving(talk_postgresql, certificate) as rogue:
        service(**{where: "127.0.0.1", "port": rogue.port})
        error = failure_of(f"postgresql://ann:{PASSWORD}@/db?retry_timeout=0&service=rogue")
    assert isinstance(error, ConfigurationError)
    assert ALLOWED["postgresql"] in str(error)
    assert b"ann" in rogue.heard
    assert PASSWORD.encode() not in rogue.heard


@needs_require_auth
def test_a_services_address_is_not_taken_for_the_urls_local_host(
    service: Callable[..., None], tmp_path: Path
) -> None:
    with serving(talk_postgresql) as rogue:
        service(hostaddr="127.0.0.1", port=rogue.port)
        url = f"postgresql://ann:{PASSWORD}@/db?retry_timeout=0&service=rogue&host={tmp_path}"
        assert isinstance(failure_of(url), UnavailableError)
    assert rogue.heard == b""


def test_a_url_with_a_service_may_allow_it(service: Callable[..., None], tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "right")
    for allowed in (ALLOWED["postgresql"], f"sslmode=verify-full&sslrootcert={certificate}"):
        with serving(talk_postgresql, certificate) as rogue:
            service(host="127.0.0.1", port=rogue.port)
            query = f"retry_timeout=0&service=rogue&{allowed}"
            failure_of(f"postgresql://ann:{PASSWORD}@/db?{query}")
        assert PASSWORD.encode() in rogue.heard


@pytest.mark.parametrize(
    ("scheme", "query"),
    [
        ("mysql", "ssl_ca={ca}"),
        ("mysql", "ssl_ca={ca}&ssl_verify_identity=false"),
        ("mysql", "ssl_ca={ca}&allow_cleartext_password=true"),
        ("mysql", "ssl_verify_cert=true"),
        ("mysql", "ssl_verify_identity=1"),
        ("mysql", "ssl_verify_identity=on&ssl_verify_cert=yes"),
        ("postgresql", "sslmode=verify-ca&sslrootcert={ca}"),
        ("postgresql", "sslmode=verify-full&sslrootcert={ca}"),
    ],
)
def test_another_certificate_is_refused(scheme: str, query: str, tmp_path: Path) -> None:
    """At once, before anything is told, as a mistake in the configuration."""
    authority = make_certificate(tmp_path, "authority")
    with serving(TALKS[scheme], make_certificate(tmp_path, "rogue")) as rogue:
        error = failure(scheme, rogue, query.format(ca=authority))
    assert isinstance(error, ConfigurationError)
    assert rogue.heard == b""


def test_the_name_of_the_host_is_verified(tmp_path: Path) -> None:
    """With ssl_ca alone too; the error names how to leave it out."""
    certificate = make_certificate(tmp_path, "other", host="db.example.org")
    with serving(talk_mysql, certificate) as rogue:
        error = failure("mysql", rogue, f"ssl_ca={certificate}")
        assert isinstance(error, ConfigurationError)
        assert "ssl_verify_identity=false" in str(error)
        assert rogue.heard == b""
        # Verified but for its name, it may be told.
        failure("mysql", rogue, f"ssl_ca={certificate}&ssl_verify_identity=false")
        assert PASSWORD.encode() in rogue.heard


@pytest.mark.parametrize("scheme", TALKS)
def test_a_verified_server_is_told(scheme: str, tmp_path: Path) -> None:
    """The right server may ask for the password as it is."""
    certificate = make_certificate(tmp_path, "right")
    query = {
        "mysql": f"ssl_ca={certificate}",
        "postgresql": f"sslmode=verify-full&sslrootcert={certificate}",
    }
    with serving(TALKS[scheme], certificate) as rogue:
        failure(scheme, rogue, query[scheme])
    assert PASSWORD.encode() in rogue.heard


@pytest.mark.parametrize(
    "query",
    ["ssl_ca={ca}", "ssl_verify_cert=true", "ssl_cert={ca}", "ssl_verify_identity=true"],
)
def test_tls_is_not_taken_away(query: str, tmp_path: Path) -> None:
    """A server that says it has none is refused, where the URL asks for it."""
    certificate = make_certificate(tmp_path, "right")
    with serving(talk_mysql) as rogue:
        error = failure("mysql", rogue, query.format(ca=certificate))
    assert isinstance(error, ConfigurationError)
    assert rogue.heard == b""


@pytest.mark.parametrize(
    "query",
    [
        "ssl_verify_identity=verify",
        "ssl_verify_cert=",
        "ssl_disabled=2",
        "allow_cleartext_password=ja",
        "ssl_disabled=true&ssl_ca=x.pem",
        "ssl_disabled=true&ssl_verify_identity=true",
        "ssl_ca={ca}&ssl_verify_cert=false",
        "ssl_verify_cert=false&ssl_verify_identity=true",
        "ssl_ca=missing.pem",
        "ssl_key={ca}",
    ],
)
def test_what_is_no_answer_or_two(query: str, tmp_path: Path) -> None:
    """Unknown words, files that are not there, and parameters at odds are errors."""
    certificate = make_certificate(tmp_path, "right")
    with serving(talk_mysql, certificate) as rogue:
        error = failure("mysql", rogue, query.format(ca=certificate))
    assert isinstance(error, ConfigurationError)
    assert rogue.heard == b""


def test_a_file_of_options_is_not_quoted(tmp_path: Path) -> None:
    """Its first line may be a password."""
    options = tmp_path / "my.cnf"
    options.write_text(f"password={PASSWORD}\n", encoding="utf-8")
    with serving(talk_mysql) as rogue:
        error: BaseException | None = failure("mysql", rogue, f"read_default_file={options}")
    assert isinstance(error, ConfigurationError)
    while error is not None:
        assert PASSWORD not in f"{error}{vars(error)}"
        error = error.__cause__


@pytest.mark.parametrize("scheme", TALKS)
def test_a_failure_holds_no_password(scheme: str) -> None:
    """Nor does what the driver has raised."""
    with serving(TALKS[scheme]) as rogue:
        error: BaseException | None = failure(scheme, rogue)
    while error is not None:
        for value in vars(error).values():
            assert PASSWORD not in str(value)
            assert not hasattr(value, "info")
            assert not hasattr(value, "password")
        error = error.__cause__
