"""LangGraph: a checkpointer that keeps its threads in a store.

    graph = builder.compile(checkpointer=AgentstoreSaver(agentstore.connect()))
    graph.invoke(inputs, {"configurable": {"thread_id": "chat-17"}})

Checkpoints have tables of their own (`tables`). What is said in a thread, its channel
``messages``, is also the conversation of the session with the thread's id (`conversations`), so
that `Storage.get_history` and the other adapters read it.
"""

from agentstore.integrations.langgraph.saver import AgentstoreSaver

__all__ = ["AgentstoreSaver"]
