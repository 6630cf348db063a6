"""Files and directories: read, watched, written durably. Knows nothing of Docker."""
