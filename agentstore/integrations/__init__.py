"""Adapters for agent frameworks: one module a framework, each imported by whoever needs it.

What they write follows one convention, so that a conversation saved by one of them reads well
through ``Storage.get_history``, ``agentstore show`` and the others:

- Who speaks is the message's role: 'user', 'assistant', 'system' (a developer's too) or 'tool'.
  What is said is its content, or its parts where the framework has a list of typed parts.
- A call of a tool is a tool call of the assistant message that makes it: the model's id of the
  call is ``call_id``, the arguments are parsed.
- The answer of a tool is a message of role 'tool' whose metadata has the call's id as
  ``tool_call_id``, and ``"tool_status": "error"`` where the tool failed. Its value is the result
  of the call too, so nobody has to look for it.
- Items that are neither, such as a model's reasoning, are assistant messages whose response_type
  is the framework's name for them. The other adapters leave them out.
- Whatever has no place in that is kept in the message's metadata under the one key of the adapter
  ('openai_agents', 'langchain', 'strands', 'pydantic_ai'), as a patch to the form that the rest
  makes by itself. The key says who saved the message: to that adapter it comes back exactly,
  to the others in plain form.

The core knows nothing of this package and of the frameworks; ``shared`` is what the adapters
share.
"""
