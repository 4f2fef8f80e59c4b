"""The doors of the branch: pages, REST, the live channel, and the refusals in words."""
