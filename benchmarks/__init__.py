"""What agentstore costs beside the bare driver and beside what people use today.

``python -m benchmarks.run`` measures, ``python -m benchmarks.scale`` shows that the cost does
not grow with the store, ``python -m benchmarks.report`` makes the tables and the plot, and
``python -m benchmarks.readme_table`` README's. ``python -m benchmarks.latency`` and ``….load`` are
about a network in between and about many threads, ``….lists`` about a user's sessions.
"""
