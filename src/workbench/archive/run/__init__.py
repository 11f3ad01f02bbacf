"""One run over an archive: its tasks, the processes or the cluster that do them, and what stops or excludes it."""
