"""The voice of the hall: a worker in a process of its own and its cache of clips."""
