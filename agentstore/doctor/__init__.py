"""What is wrong with a database that a store lives in, or will be: read only, a check a subject.

``agentstore doctor`` prints it. A check is a function of a `Patient` that gives a `Verdict`; its
name is the function's. Each dialect has its own beside those that all share.
"""

from __future__ import annotations

from agentstore.doctor.examining import examine
from agentstore.doctor.verdict import Finding, State, Verdict

__all__ = ["Finding", "State", "Verdict", "examine"]
