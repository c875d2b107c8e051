"""For those who write a dialect: what its connection is made of.

`Connection` is the class to derive from: what an open connection of a driver must do.
"""

from agentstore.engine.batch import Batch, Parameters, Step
from agentstore.engine.connection import Connection, Row
from agentstore.engine.deadline import Deadline
from agentstore.engine.faults import Fault, error_of

__all__ = ["Batch", "Connection", "Deadline", "Fault", "Parameters", "Row", "Step", "error_of"]
