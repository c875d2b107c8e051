"""Who takes part: agentstore and raw always, a peer where its library is installed."""

from __future__ import annotations

from importlib import import_module

from benchmarks.contender import Contender

OURS = (
    "benchmarks.ours:AgentStore",
    "benchmarks.ours:AgentStoreInTransaction",
)

RAW = {
    "sqlite": ("benchmarks.raw_sqlite:RawSQLite",),
    "postgresql": ("benchmarks.raw_postgresql:RawPostgreSQL",),
    "mysql": ("benchmarks.raw_mysql:RawMySQL", "benchmarks.raw_mysql:RawMySQLBatch"),
}

PEERS = {
    "sqlite": (
        "benchmarks.peers.openai_agents:OpenAISQLiteSession",
        "benchmarks.peers.openai_agents:OpenAISQLAlchemySession",
        "benchmarks.peers.langchain:LangChainSQLHistory",
        "benchmarks.peers.langgraph:LangGraphSQLite",
        "benchmarks.peers.langgraph:LangGraphSQLiteDelta",
        "benchmarks.peers.google_adk:GoogleADK",
        "benchmarks.peers.agno:AgnoSQLite",
    ),
    "postgresql": (
        "benchmarks.peers.openai_agents:OpenAISQLAlchemySession",
        "benchmarks.peers.langchain:LangChainPostgresHistory",
        "benchmarks.peers.langgraph:LangGraphPostgres",
        "benchmarks.peers.langgraph:LangGraphPostgresDelta",
        "benchmarks.peers.google_adk:GoogleADK",
        "benchmarks.peers.agno:AgnoPostgres",
    ),
    "mysql": (
        "benchmarks.peers.openai_agents:OpenAISQLAlchemySession",
        "benchmarks.peers.langchain:LangChainSQLHistory",
        "benchmarks.peers.langgraph_mysql:LangGraphMySQL",
        "benchmarks.peers.google_adk:GoogleADK",
        "benchmarks.peers.agno:AgnoMySQL",
    ),
}


def load_contenders(dialect: str, *, peers: bool) -> tuple[list[type[Contender]], dict[str, str]]:
    """The contenders of a dialect.

    Args:
        dialect: which.
        peers: whether the libraries of others take part.

    Returns:
        Their classes, and what cannot be imported with the reason.
    """
    classes: list[type[Contender]] = []
    missing: dict[str, str] = {}
    for place in RAW[dialect] + OURS + (PEERS[dialect] if peers else ()):
        module, _, name = place.partition(":")
        try:
            classes.append(getattr(import_module(module), name))
        except ImportError as error:
            missing[name] = f"not installed: {error}"
    return classes, missing


def is_raw(name: str) -> bool:
    """Whether a contender of this name is a floor for others."""
    return name.startswith("raw")


def is_ours(name: str) -> bool:
    """Whether it is agentstore."""
    return name.startswith("agentstore")
