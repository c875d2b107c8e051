"""``python -m agentstore`` is the command ``agentstore``."""

import sys

from agentstore.cli import main

sys.exit(main())
