"""The forms that conversations come in: one module each, from a parsed value to conversations.

``registry`` knows them all and tells whose a value is. ``building`` puts the one form inside
together from the ``pieces`` that a form's messages consist of.
"""
