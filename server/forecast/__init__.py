"""The look-ahead at work: a process of its own that computes, and a task of the server that asks it."""
