#!/usr/bin/env bash
# A text file as Markdown: fenced.sh TITLE FILE. The last 60,000 bytes, where a program says what went wrong; nothing for no file.
set -euo pipefail
[[ -e "$2" ]] || exit 0
echo "### $1"
echo
# Longer than any fence within, so that the text cannot end it.
echo '``````````'
tail --bytes=60000 "$2" | sed 's/`\{10,\}/`````````/g'
echo
echo '``````````'
