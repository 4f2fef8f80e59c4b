"""What people do at the branch, one module for each thing.

An action is a function of a draft of the floor and the moment: it refuses with a `QueueError`, or records what
happened. `office.Office.act` runs it inside the branch's turn, remembers the answer under its idempotency key,
and publishes after the commit, so the same deed is the same whether a page, the API or a socket asks for it.
"""
