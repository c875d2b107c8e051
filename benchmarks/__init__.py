"""What agentstore costs beside the bare driver and beside what people use today.

``python -m benchmarks.run`` measures, ``python -m benchmarks.scale`` shows that the cost does
not grow with the store, ``python -m benchmarks.report`` makes the tables and the plot.
"""
