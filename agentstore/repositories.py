"""For those who write a dialect: what it is made of.

`Repository` is the class to derive from; its page, ``agentstore/dialects/repository.py``, says
what a dialect must supply.
"""

from agentstore.dialects.repository import Repository
from agentstore.dialects.url import DatabaseURL

__all__ = ["DatabaseURL", "Repository"]
