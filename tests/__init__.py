"""The branch, tried: the folders here mirror the tree, a test's name is a sentence about the branch."""
