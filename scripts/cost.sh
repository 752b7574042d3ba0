#!/usr/bin/env bash
# Counts the hand edits of a commit by folder: cost.sh [COMMIT]
exec python3 "$(dirname "$0")/cost.py" "$@"
